"""Starts the suite on one machine: its servers, its gateway, its services under a supervisor."""
