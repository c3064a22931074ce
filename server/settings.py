"""The server's settings: typed, frozen, each with a name; passed down, never looked up.

Stage: read once by the composition root. It never reads a secret file: secrets are
passed to ``create_app`` as keys.
"""

from __future__ import annotations

from pathlib import Path
from typing import Literal
from urllib.parse import urlsplit

from pydantic import Field, field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict


class ServerSettings(BaseSettings):
    """Everything about the server that an operator may decide (``SHUANGLU_…``)."""

    model_config = SettingsConfigDict(env_prefix="SHUANGLU_", frozen=True, extra="ignore")

    database_url: str = Field(
        description="sqlite+aiosqlite:///path or postgresql+asyncpg://…; may hold a password"
    )
    public_url: str = Field(description="origin that links and QR codes name: https://host:port")
    other_origins: tuple[str, ...] = Field(
        default=(), description="further origins that the same pages are served from"
    )
    rp_id: str = Field(description="WebAuthn relying party: a host name, never an IP address")
    rp_name: str = Field(default="双录", description="name that the device's dialogue shows")
    static_dir: Path | None = Field(default=None, description="the built web client")
    ca_certificate: Path | None = Field(default=None, description="local CA, served for phones")
    sms_mode: Literal["shown_to_staff", "gateway"] = Field(
        default="shown_to_staff", description="how the weaker confirmation's code travels"
    )
    trusted_proxy_hops: int = Field(
        default=0, ge=0, le=5, description="reverse proxies whose X-Forwarded-For is believed"
    )

    invitation_lifetime_s: int = Field(default=24 * 3600, ge=60, le=30 * 24 * 3600)
    handover_lifetime_s: int = Field(
        default=120, ge=10, le=120, description="of a code to go on in another browser"
    )
    customer_token_lifetime_s: int = Field(default=30 * 60, ge=60, le=24 * 3600)
    staff_token_lifetime_s: int = Field(default=12 * 3600, ge=60, le=24 * 3600)
    challenge_lifetime_s: int = Field(default=5 * 60, ge=30, le=3600)

    max_body_bytes: int = Field(default=64 * 1024, ge=1024, description="of an ordinary request")
    max_large_body_bytes: int = Field(
        default=2 * 1024 * 1024, ge=1024, description="of a request that carries strokes"
    )
    max_sessions_page: int = Field(default=200, ge=1, le=1000)
    max_live_watchers: int = Field(default=200, ge=1, description="open event streams a process")
    max_live_backlog: int = Field(
        default=1000, ge=1, description="changed sessions waiting for one watcher"
    )
    max_append_events: int = Field(default=500, ge=1, description="events of one append")

    login_attempts_per_name: int = Field(default=5, ge=1, description="failures until locked")
    login_attempts_per_address: int = Field(default=20, ge=1, description="failures until locked")
    login_lockout_s: int = Field(default=15 * 60, ge=1, description="window and length of a lock")
    code_attempts_per_address: int = Field(default=20, ge=1, description="exchanges in a window")
    code_attempts_window_s: int = Field(default=60, ge=1)
    passkey_attempts_per_address: int = Field(default=40, ge=1, description="options and logins")
    record_lookups_per_address: int = Field(
        default=60, ge=1, description="public records asked for in a window"
    )
    record_lookups_window_s: int = Field(default=60, ge=1)
    customer_requests_per_window: int = Field(default=240, ge=1, description="of one session")
    customer_requests_window_s: int = Field(default=60, ge=1)
    signatures_per_window: int = Field(
        default=12,
        ge=1,
        description="of one session: each is stored before it is judged",
    )
    handovers_per_window: int = Field(
        default=6, ge=1, description="codes to go on in another browser, of one session"
    )
    handover_guesses_per_window: int = Field(
        default=100,
        ge=1,
        description="wrong digits of everybody together; links go on working past it",
    )
    screen_pieces_per_window: int = Field(
        default=120, ge=1, description="of one session; a page sends one in two seconds"
    )
    max_screen_bytes: int = Field(
        default=64 * 1024 * 1024, ge=1024, description="all pieces of one screen recording, packed"
    )

    alert_severe_within_s: int = Field(
        default=30 * 60, ge=1, description="of an alert that names no deadline itself (R4)"
    )
    alert_ordinary_within_s: int = Field(default=2 * 3600, ge=1, description="likewise (R4)")
    alert_highest_level: int = Field(
        default=3, ge=1, le=9, description="an alert rises one level with each deadline missed"
    )
    alert_sweep_every_s: float = Field(default=10, gt=0, description="looks for missed deadlines")
    max_alerts_page: int = Field(default=200, ge=1, le=1000)

    template_days_after_seal: int = Field(
        default=0, ge=0, le=3650, description="face templates are deleted this long after sealing"
    )
    template_days_abandoned: int = Field(
        default=7, ge=1, le=3650, description="or when nothing happened in the session for so long"
    )
    template_sweep_every_s: float = Field(default=60, gt=0)

    live_interval_ms: int = Field(default=500, ge=10, description="least time between two updates")
    live_keep_alive_s: float = Field(default=15, gt=0)

    @field_validator("public_url")
    @classmethod
    def _is_an_origin(cls, value: str) -> str:
        return _origin(value)

    @field_validator("other_origins")
    @classmethod
    def _are_origins(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        return tuple(_origin(item) for item in value)

    @property
    def origins(self) -> tuple[str, ...]:
        """Every origin that our own pages may have."""
        return (self.public_url, *self.other_origins)

    @property
    def is_https(self) -> bool:
        """Whether links lead to HTTPS."""
        return self.public_url.startswith("https://")


def _origin(value: str) -> str:
    parts = urlsplit(value)
    origin = f"{parts.scheme}://{parts.netloc}"
    if parts.scheme not in {"http", "https"} or not parts.netloc or value.rstrip("/") != origin:
        raise ValueError("must be an origin such as https://host:port")
    return origin
