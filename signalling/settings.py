"""Signalling's settings: typed, frozen, each limit with a name; passed down, never looked up.

Stage: read once by the composition root.
"""

from __future__ import annotations

from pydantic import Field
from pydantic_settings import BaseSettings, SettingsConfigDict

from shuanglu.wire.signalling import MAX_MESSAGE_BYTES, IceServer


class SignallingSettings(BaseSettings):
    """Everything about signalling that an operator may decide (``SHUANGLU_SIGNALLING_…``)."""

    model_config = SettingsConfigDict(
        env_prefix="SHUANGLU_SIGNALLING_", frozen=True, extra="ignore"
    )

    origins: tuple[str, ...] = Field(
        description="origins of our own pages; a browser page of any other is turned away"
    )
    ice_servers: tuple[IceServer, ...] = Field(
        default=(), description="STUN and TURN for the phone; none means host candidates only"
    )

    hello_timeout_s: float = Field(default=5.0, gt=0, description="from open to a good hello")
    heartbeat_s: float = Field(default=15.0, gt=0, description="between WebSocket pings")
    max_frame_bytes: int = Field(
        default=4 * MAX_MESSAGE_BYTES,
        ge=MAX_MESSAGE_BYTES,
        description="past this the frame is not read at all and the connection ends (1009)",
    )
    messages_per_s: float = Field(default=20.0, gt=0, description="sustained, per connection")
    message_burst: int = Field(default=60, ge=1, description="at once, per connection")
    inbox_messages: int = Field(default=32, ge=1, description="received and not yet handled")
    max_refusals: int = Field(
        default=20, ge=1, description="broken messages of one connection before it is ended"
    )
    outbox_messages: int = Field(
        default=256, ge=1, description="waiting for a slow phone before it is given up"
    )
    flush_s: float = Field(default=2.0, gt=0, description="for the last words to a leaving phone")
    max_connections: int = Field(default=2000, ge=1, description="of this process")
    max_strangers: int = Field(
        default=200, ge=1, description="connections that have not said a good hello yet"
    )
    max_strangers_per_address: int = Field(
        default=40, ge=1, description="of those, from one address: nobody takes all the places"
    )
    trusted_proxy_hops: int = Field(
        default=0, ge=0, le=5, description="reverse proxies whose X-Forwarded-For is believed"
    )

    offer_timeout_s: float = Field(default=15.0, gt=0, description="for the worker's answer")
    input_timeout_s: float = Field(default=10.0, gt=0, description="for the worker to act")
    load_timeout_s: float = Field(default=5.0, gt=0, description="for the server to load")
    status_timeout_s: float = Field(default=2.0, gt=0, description="for the worker's live status")
    presence_retry_s: float = Field(
        default=60.0, gt=0, description="how long a coming or going is offered to the timeline"
    )
