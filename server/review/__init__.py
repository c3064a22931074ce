"""Review: playing what is stored, while it is being recorded and afterwards."""

from server.review.install import install_review
from server.review.routes import routes

__all__ = ["install_review", "routes"]
