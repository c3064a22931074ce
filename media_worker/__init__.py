"""The media worker: receives, records, observes, plays and directs. Never touches the database."""
