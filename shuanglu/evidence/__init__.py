"""Evidence: the journal of the media, the manifest, and the numbered verification steps."""
