"""Migrations, in order of their numbers. Never edited once released."""
