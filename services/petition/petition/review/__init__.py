"""Up the tiers (复查、复核): an answer is looked at again one tier above, then once more, and that is final (终局)."""
