"""Hand-overs: a session goes on in another browser, by a fresh code that works once."""
