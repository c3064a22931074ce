"""Builds the service of this noun from what the application carries."""

from __future__ import annotations

from aiohttp import web

from server import app_keys
from server.documents.service import DocumentService

DOCUMENTS = web.AppKey("documents", DocumentService)


def install_documents(app: web.Application) -> DocumentService:
    """Call once the application carries its objects, before what publishes scripts is built."""
    app[DOCUMENTS] = DocumentService(app[app_keys.OBJECTS])
    return app[DOCUMENTS]
