"""Who speaks a disclosure: a machine, a recorded human voice, or the agent beside the customer.

Stage: below the steps. A disclosure without a delivery is synthesised, as all of them were
before there was a choice; the field stays out of their hash.
"""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from shuanglu.script.parts import ScriptPart
from shuanglu.timeline.events.payload import Sha256Hex, is_absent

USUAL_MIN_SHARE = 0.8


class RecordedDelivery(ScriptPart):
    """A human voice that compliance recorded and uploaded; never labelled as a machine's."""

    by: Literal["recorded"]
    sha256: Sha256Hex = Field(description="of the audio file as it was uploaded")


class AgentDelivery(ScriptPart):
    """Read aloud from the page by the agent beside the customer, checked sentence by sentence."""

    by: Literal["agent"]
    min_share: float = Field(
        default=USUAL_MIN_SHARE,
        ge=0.5,
        le=1,
        description="share of a sentence's syllables that must be heard",
    )
    required: tuple[Annotated[int, Field(ge=1)], ...] | None = Field(
        default=None,
        min_length=1,
        description="numbers of the sentences that must be heard, from 1; absent: all",
        exclude_if=is_absent,
    )


Delivery = Annotated[RecordedDelivery | AgentDelivery, Field(discriminator="by")]
