"""How the page is shown and the voice speaks: part of the record, since the customer saw it so."""

from __future__ import annotations

from enum import StrEnum
from typing import Literal

from pydantic import Field

from shuanglu.timeline.events.payload import Payload


class DisplayMode(StrEnum):
    """How the customer's page is laid out (REG-33)."""

    STANDARD = "standard"
    ELDER = "elder"  # larger text and targets, one thing a screen, everything can be spoken


class VoiceSpeed(StrEnum):
    """At which of two speeds the script's speech was rendered."""

    NORMAL = "normal"
    SLOW = "slow"


PageLanguage = Literal["zh-CN", "zh-HK", "en"]
"""The page's languages by their BCP 47 tags. The script's speech is Chinese in all of them."""


class DisplayChanged(Payload):
    """From here on the page is shown like this. Before the first one: standard and normal."""

    type: Literal["display.changed"] = "display.changed"
    mode: DisplayMode
    voice: VoiceSpeed
    language: PageLanguage | None = Field(description="None: the page has not said")
    by: Literal["customer", "birth_date"] = Field(
        description="birth_date: the confirmed identity card says that the customer is an elder"
    )
    policy_version: int | None = Field(description="of the display policy; None if chosen")
