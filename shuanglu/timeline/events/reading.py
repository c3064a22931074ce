"""A disclosure that the agent beside the customer reads aloud: what of it was heard.

Facts only: how much of a sentence suffices stands in the script, and rules decide.
"""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from shuanglu.timeline.events.payload import MediaMs, Payload, is_absent


class SentenceHeard(BaseModel):
    """The best that was heard of one sentence so far in this attempt."""

    model_config = ConfigDict(frozen=True, extra="forbid")
    sentence: int = Field(ge=1, description="its number in the text, from 1")
    syllables: int = Field(ge=1)
    heard: int = Field(ge=0, description="syllables of it that were heard, in order")
    missed: str = Field(description="its negators and numerals that were not heard")
    added: str = Field(description="negators and numerals heard in it that are not in it")
    from_ms: MediaMs | None = Field(
        default=None, description="of the utterance with its beginning", exclude_if=is_absent
    )
    to_ms: MediaMs | None = Field(default=None, exclude_if=is_absent)


class ReadingClaimed(Payload):
    """Somebody tapped that everything was read; it is checked next."""

    type: Literal["reading.claimed"] = "reading.claimed"
    step_id: str
    attempt: int


class ReadingHeard(Payload):
    """What had been heard of the text by then, sentence by sentence, in ``speech.recognised``."""

    type: Literal["reading.heard"] = "reading.heard"
    step_id: str
    attempt: int
    sentences: tuple[SentenceHeard, ...] = Field(min_length=1)
    utterances: int = Field(ge=0, description="whose words were recognised in this attempt")
    not_evaluated: int = Field(ge=0, description="utterances whose words are not known")
    ends_round: bool = Field(description="everything said up to a claim is in")
    evaluated: bool = Field(description="False: nothing of this round could be recognised")
    alignment: int = Field(ge=1, description="version of how words are matched to sentences")
