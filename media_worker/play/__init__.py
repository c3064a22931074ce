"""Play: pre-encoded speech to the phone. Encodes nothing while a session runs."""
