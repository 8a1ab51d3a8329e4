"""The main job on real input, the chaos that interrupts it, and the checker that judges both."""
