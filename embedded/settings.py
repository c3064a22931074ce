"""Settings of the embedded mode: one machine, one process, sensible defaults."""

from __future__ import annotations

from pathlib import Path

from pydantic import Field
from pydantic_settings import BaseSettings, SettingsConfigDict


class EmbeddedSettings(BaseSettings):
    """Read from the environment (``SHUANGLU_EMBEDDED_…``); every field has a default."""

    model_config = SettingsConfigDict(env_prefix="SHUANGLU_EMBEDDED_", frozen=True)

    data_dir: Path = Field(Path("data"), description="everything that must be backed up")
    models_dir: Path = Field(Path("models"), description="models fetched by make models")
    static_dir: Path = Field(Path("web_client/dist"), description="the built pages")
    bind: str = Field("0.0.0.0", description="address to listen on")  # noqa: S104 - phones come over the LAN
    http_port: int = Field(8080, description="for this machine: localhost is a secure context")
    https_port: int = Field(8443, description="for phones: a camera needs HTTPS")
    host_name: str | None = Field(
        None, description="name or address that phones use; found by itself when absent"
    )
    invitations_to: str = Field(
        "phone", pattern="^(phone|localhost)$", description="where invitation links point"
    )
    observer_processes: int = Field(1, ge=0, description="0 leaves every check not evaluated")
    rtc_addresses: tuple[str, ...] = Field(
        (), description="addresses offered for media; the machine's own when empty"
    )
