"""Role worker: what brings events and periodic work to a handler."""
