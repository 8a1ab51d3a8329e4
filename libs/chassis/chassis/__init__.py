"""The microservice chassis: everything that all services share, and nothing that one of them is about."""
