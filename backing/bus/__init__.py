"""The bus between server, signalling and media workers."""

from backing.bus.in_process import InProcessBus
from backing.bus.interface import Bus, Subscription

__all__ = ["Bus", "InProcessBus", "Subscription"]
