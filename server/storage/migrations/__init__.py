"""Alembic's environment; run by ``server.storage.migrate`` only."""
