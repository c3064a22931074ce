"""Evidence: sealing closed sessions, the package, public records, signing keys."""

from server.evidence.install import install_evidence
from server.evidence.routes import routes

__all__ = ["install_evidence", "routes"]
