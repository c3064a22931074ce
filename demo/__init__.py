"""The demonstration: a synthetic customer with a face, a voice and an authenticator."""
