"""The session and its people: invitation, consent, device."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Literal

from pydantic import Field

from shuanglu.timeline.events.payload import Payload, Sha256Hex


class SessionCreated(Payload):
    """A staff member created the session."""

    type: Literal["session.created"] = "session.created"
    institution: str
    product: str
    product_code: str
    customer_name: str
    script_id: str
    script_version: int
    script_sha256: Sha256Hex
    created_by: str


class InvitationIssued(Payload):
    """A single-use code was made; only its hash is kept."""

    type: Literal["invitation.issued"] = "invitation.issued"
    code_sha256: Sha256Hex
    expires_at: datetime


class InvitationRedeemed(Payload):
    """The code was exchanged for a token, once."""

    type: Literal["invitation.redeemed"] = "invitation.redeemed"
    code_sha256: Sha256Hex
    user_agent: str


class ConsentKind(StrEnum):
    """Two separate choices, never bundled (REG-28, REG-29)."""

    RECORDING = "recording"
    FACE = "face"


class ConsentRecorded(Payload):
    """The customer's choice, with the hash of the words that were shown."""

    type: Literal["consent.recorded"] = "consent.recorded"
    kind: ConsentKind
    granted: bool
    text_sha256: Sha256Hex


class RouteStaffed(Payload):
    """The session leaves self-service; a person takes over (REG-29, REG-33)."""

    type: Literal["route.staffed"] = "route.staffed"
    reason: Literal[
        "face_consent_refused",
        "customer_asked",
        "attempts_used_up",  # liveness: the lockout after repeated failures
        "liveness_inconclusive",  # it could not be told, again and again: a person decides
    ]


class DeviceChecked(Payload):
    """What the phone measured before the script began."""

    type: Literal["device.checked"] = "device.checked"
    microphone_peak_dbfs: float
    loudspeaker_confirmed: bool
    brightness: float = Field(ge=0, le=1, description="mean luma of the preview, 0 to 1")
    width_px: int
    height_px: int
