"""What every process of a service does, whatever its roles: start, stop, answer for its health, tell about itself."""
