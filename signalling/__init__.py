"""The WebSocket of the phone: admission, routing over the bus, presence, resume."""
