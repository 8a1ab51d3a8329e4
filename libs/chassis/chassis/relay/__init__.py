"""Role relay: what carries committed events from the outbox to their topics, and learns at start what it missed."""
