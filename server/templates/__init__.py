"""Face templates, sealed by the worker, kept apart from the record and deleted by policy."""

from server.templates.install import install_templates

__all__ = ["install_templates"]
