"""Finds personal data in free text (脱敏) and masks it. Pure: no input or output, no state."""
