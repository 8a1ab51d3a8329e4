"""Bulletins (通报): warnings and notices to the public, drafted, signed by a second person, published, withdrawn."""
