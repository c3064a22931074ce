"""A session on the observer pool as a test holds it: what it is told, what it is shown."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field

from demo.camera import Scene
from media_worker.frames import EncodedFrame
from media_worker.observe.pool import (
    FaceTemplate,
    ObserverPool,
    SessionObserver,
)
from media_worker.utterance import Utterance
from shuanglu.rules.measurement import Measurement
from shuanglu.rules.observation import VoiceSpan
from shuanglu.timeline.events import Metric
from tests.observe.encoding import Pixels
from tests.observe.waiting import until

Pictures = Callable[[Scene], list[Pixels]]


@dataclass
class Sink:
    """What a session is told."""

    measured: list[Measurement] = field(default_factory=list)
    voices: list[VoiceSpan] = field(default_factory=list)
    utterances: list[Utterance] = field(default_factory=list)
    lost: int = 0

    def column(self, metric: Metric) -> list[float]:
        return [each.metrics[metric] for each in self.measured if metric in each.metrics]

    @property
    def pictures(self) -> list[Measurement]:
        return [each for each in self.measured if each.source == "picture"]

    def lose(self) -> None:
        self.lost += 1

    async def open(self, pool: ObserverPool) -> SessionObserver:
        return await pool.open_session(
            "ses_TEST",
            on_measurement=self.measured.append,
            on_voice=self.voices.append,
            on_utterance=self.utterances.append,
            on_lost=self.lose,
        )


def moved(frame: EncodedFrame, by_ms: float) -> EncodedFrame:
    return EncodedFrame(
        frame.kind, frame.codec, frame.pts_ms + by_ms, frame.is_key, None, frame.data
    )


async def show(session: SessionObserver, sink: Sink, frames: list[EncodedFrame]) -> None:
    """Push pictures one after the other, each when the one before was answered."""
    for frame in frames:
        seen = len(sink.pictures)
        session.push(frame)
        await until(lambda n=seen: len(sink.pictures) > n, "a picture is answered")  # type: ignore[misc]


async def enrolled(
    session: SessionObserver, sink: Sink, frames: list[EncodedFrame]
) -> FaceTemplate:
    """The face of these pictures becomes the session's reference."""
    enrolling = asyncio.create_task(session.enrol(timeout_s=20))
    await asyncio.sleep(0)
    await show(session, sink, frames)
    template = await enrolling
    assert template is not None
    return template
