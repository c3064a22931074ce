"""Risk assessments by customer: counted, never listed. A customer is a keyed hash here."""

from server.assessments.install import install_assessments

__all__ = ["install_assessments"]
