"""HTTPS: one folder a noun. The only package that touches the database."""
