"""The session and its people: invitation, consent, device."""

from __future__ import annotations

from datetime import date, datetime
from enum import StrEnum
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from shuanglu.timeline.events.payload import Payload, Sha256Hex, is_absent


class Channel(StrEnum):
    """Where the product is sold."""

    SELF_SERVICE = "self_service"  # the customer alone, with his own phone
    COUNTER = "counter"  # at a branch's counter
    FIELD = "field"  # an insurance agent visits the customer (移动展业)
    REMOTE = "remote"  # a remote agent at the video counter (视频柜台)


class Circumstances(BaseModel):
    """What is known of a sale before it begins, and what the script's conditions ask about.

    What nobody told stays absent: a condition on it is then undecided, and the step applies.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")
    sale_date: date = Field(description="ages are counted up to this day")
    product_risk: int | None = Field(
        default=None, ge=1, le=5, description="REG-24: levels 1 to 5", exclude_if=is_absent
    )
    channel: Channel | None = Field(default=None, exclude_if=is_absent)
    province: str | None = Field(
        default=None, min_length=1, max_length=20, description="REG-2", exclude_if=is_absent
    )
    death_benefit: bool | None = Field(default=None, description="REG-8", exclude_if=is_absent)
    returning: bool | None = Field(
        default=None, description="has a record with this institution", exclude_if=is_absent
    )


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
    circumstances: Circumstances | None = Field(default=None, exclude_if=is_absent)
    screen_policy_version: int | None = Field(
        default=None,
        ge=1,
        description="of the policy by which the verdict speaks of the screen; older records: none",
        exclude_if=is_absent,
    )


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
        "reading_not_evaluated",  # nobody can say what was read aloud: a person decides
        "playback_not_proved",  # no proof that the phone can be heard: a person decides
        "answer_needs_person",  # the answer is one that the script gives to a person
    ]


class DeviceChecked(Payload):
    """What the phone measured before the script began."""

    type: Literal["device.checked"] = "device.checked"
    microphone_peak_dbfs: float
    loudspeaker_confirmed: bool
    brightness: float = Field(ge=0, le=1, description="mean luma of the preview, 0 to 1")
    width_px: int
    height_px: int
