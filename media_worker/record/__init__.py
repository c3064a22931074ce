"""Record: encoded frames to synced, chained segments. Never drops, never re-encodes."""
