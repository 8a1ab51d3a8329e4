"""Petitions of every channel on one platform (网络问政): intake, classification, transfer, reply, close."""
