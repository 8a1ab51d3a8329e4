"""Rosters (值班表): who has which shift, with a deputy; and the public register of spokespersons (网络发言人名录)."""
