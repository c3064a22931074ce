"""Confirmations: signature strokes, the customer's key, the statement and its signature."""

from server.confirmations.install import install_confirmations
from server.confirmations.routes import routes

__all__ = ["install_confirmations", "routes"]
