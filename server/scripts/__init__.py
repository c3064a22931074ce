"""Published scripts: immutable versions, named by their hash in every record."""
