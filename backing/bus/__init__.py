"""The bus between server, signalling and media workers."""

from backing.bus.interface import Bus, Subscription

__all__ = ["Bus", "Subscription"]
