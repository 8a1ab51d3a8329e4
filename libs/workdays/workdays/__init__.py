"""Statutory clocks (法定时限): which days are worked, when a time limit ends, and why. Pure."""
