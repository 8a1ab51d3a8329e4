"""Spam (垃圾信息) is closed by two people: one proposes it, another one of the desk agrees or doesn't."""
