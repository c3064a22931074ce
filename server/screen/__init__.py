"""The screen recording: pieces that the customer's page sends, and what staff see of them."""

from server.screen.install import install_screen
from server.screen.routes import routes

__all__ = ["install_screen", "routes"]
