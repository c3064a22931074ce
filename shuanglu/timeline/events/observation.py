"""What the observers saw and heard, and the alerts that rules made of it."""

from __future__ import annotations

from enum import StrEnum
from typing import Literal

from pydantic import Field

from shuanglu.timeline.events.payload import MediaMs, Payload, Sha256Hex, is_absent


class Fact(StrEnum):
    """What an observer can state about the picture or the sound."""

    FACES = "faces"  # 0, 1, 2, …
    PICTURE = "picture"  # clear, black, covered, frozen, looped
    LIGHT = "light"  # good, dark, bright
    FOCUS = "focus"  # sharp, blurred
    PLACE = "place"  # good, small, edge
    POSE = "pose"  # front, away
    EYES = "eyes"  # open, closed, away
    OCCLUSION = "occlusion"  # free, covered
    STILLNESS = "stillness"  # moving, still
    IDENTITY = "identity"  # same, unsure, other
    SOUND = "sound"  # heard, silent
    LOUDNESS = "loudness"  # good, quiet, clipped
    NOISE = "noise"  # quiet, noisy
    SPEAKER = "speaker"  # nobody, customer, other


class Metric(StrEnum):
    """What the observers measure. Shares are 0 to 1; a metric that was not measured is absent."""

    # picture, by YuNet and by the pixels
    FACES = "faces"  # number of faces
    FACE_SCORE = "face_score"  # the detector's, of the largest
    FACE_WIDTH = "face_width"  # of the largest, share of the picture's width
    FACE_X = "face_x"  # its centre, share of the width
    FACE_Y = "face_y"  # its centre, share of the height
    SECOND_FACE_WIDTH = "second_face_width"
    LUMA = "luma"  # mean of the picture, 0 to 255
    LUMA_DEVIATION = "luma_deviation"
    FACE_LUMA = "face_luma"
    SHARPNESS = "sharpness"  # of the face, else of the picture; see observe/sharpness
    CHANGE = "change"  # 95th percentile of the grid's change since the picture before
    CHANGE_MAX = "change_max"
    LOOPED_MS = "looped_ms"  # how long the picture has repeated one seen before
    STILL_MS = "still_ms"  # how long nothing of the face has moved
    # picture, by landmarks
    YAW = "yaw_deg"  # positive: towards the customer's own left
    PITCH = "pitch_deg"  # positive: down
    ROLL = "roll_deg"
    BLINK = "blink"  # 1: both eyes closed
    GAZE_OFF = "gaze_off"  # 0: at the screen
    JAW_OPEN = "jaw_open"
    LIP_GAP = "lip_gap"  # distance of the inner lips, share of the face's height
    OCCLUDED = "occluded"  # share of the lower face that does not look like its upper part
    # picture, by recognition and by a passive model
    SAME_FACE = "same_face"  # cosine with the session's reference face
    PASSIVE_LIVE = "passive_live"  # score of a mounted passive model
    # picture, while colours are flashed: mean linear light of the cheeks and forehead
    SKIN_R = "skin_r"
    SKIN_G = "skin_g"
    SKIN_B = "skin_b"
    # picture, while a card is shown
    CARD_AREA = "card_area"  # share of the picture
    CARD_SKEW = "card_skew"  # largest deviation of a corner from 90 degrees, in degrees
    CARD_GLARE = "card_glare"  # share of the card that is burnt out
    CARD_SHARPNESS = "card_sharpness"
    # sound
    LEVEL = "level_dbfs"
    NOISE = "noise_dbfs"  # level where nobody speaks
    CLIPPED = "clipped"  # share of samples at full scale
    VOICE = "voice"  # share of the second in which somebody speaks
    # both
    VOICE_LIPS_STILL = "voice_lips_still"  # share of a voice during which the mouth was still


class ObservationsSampled(Payload):
    """Measurements of some seconds as they were: rules can be run over them again.

    ``columns[m][i]`` was measured at ``at_ms[i]``; ``None`` where it was not.
    """

    type: Literal["observation.sampled"] = "observation.sampled"
    source: Literal["picture", "sound", "both"]
    at_ms: tuple[MediaMs, ...] = Field(min_length=1)
    columns: dict[Metric, tuple[float | None, ...]]
    model_sha256s: tuple[Sha256Hex, ...] = ()


class ObservationChanged(Payload):
    """A measured fact took another value (facts that stay the same are not repeated)."""

    type: Literal["observation.changed"] = "observation.changed"
    fact: Fact
    value: str = Field(description="as listed beside the fact; any: not_evaluated")
    score: float | None = None
    since_ms: MediaMs
    model_sha256: Sha256Hex | None = None


class AlertRaised(Payload):
    """A rule turned facts into an alert."""

    type: Literal["alert.raised"] = "alert.raised"
    alert: str
    severity: Literal["guidance", "ordinary", "severe"]
    rule_version: int
    since_ms: MediaMs
    detail: str | None = Field(
        default=None, description="e.g. the phrase; no personal data", exclude_if=is_absent
    )
    respond_within_s: int | None = Field(
        default=None,
        description="when it escalates by itself (R4: severe 30 min, ordinary 2 h)",
        exclude_if=is_absent,
    )


class AlertEnded(Payload):
    """The cause of the alert ended."""

    type: Literal["alert.ended"] = "alert.ended"
    alert: str
    since_ms: MediaMs
    until_ms: MediaMs
