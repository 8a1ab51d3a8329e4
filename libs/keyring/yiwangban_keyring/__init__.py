"""Keys of persons, in a database of their own. Not named ``keyring``, which pip would import."""
