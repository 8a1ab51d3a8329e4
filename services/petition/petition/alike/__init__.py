"""Petitions that are alike (同类件): found, answered on one confirmation, linked (关联), told as hot matters."""
