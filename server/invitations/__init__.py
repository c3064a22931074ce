"""Invitations: single-use codes, stored as hashes only."""
