"""Where a PDF lies in the object store. It belongs to scripts, so to no session."""

from __future__ import annotations


def document_key(sha256: str) -> str:
    """``documents/<sha256>.pdf``."""
    return f"documents/{sha256}.pdf"
