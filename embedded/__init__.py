"""The one composition root that runs server, signalling and media worker in one process."""
