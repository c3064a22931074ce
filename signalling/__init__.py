"""Signalling: the phone's WebSocket. Admits, routes over the bus, resumes; judges nothing."""

from signalling.app import add_routes, create_app
from signalling.settings import SignallingSettings

__all__ = ["SignallingSettings", "add_routes", "create_app"]
