"""Pages for reading the contracts: plain HTML, without scripts, fonts or anything else from elsewhere."""
