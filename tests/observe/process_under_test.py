"""The observer process itself, without the pool: a frame in, its answer out.

The libraries that look at faces are loaded nowhere but in this process, which has left the network.
"""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Self

from pydantic import BaseModel

from media_worker.frames import EncodedFrame
from media_worker.observe.messages import (
    Answer,
    CloseSession,
    Look,
    OpenSession,
    Picture,
    Ready,
    Template,
    reply_adapter,
)
from media_worker.pipe import frame, frames
from shuanglu.timeline.events import Metric
from tests.observe.encoding import Pixels, VideoCodec, key_frames

Metrics = Mapping[Metric, float]


class ProcessUnderTest:
    """One process; every question opens a session of its own."""

    def __init__(self, models: Mapping[str, Path]) -> None:
        arguments = [f"{name}={path}" for name, path in models.items()]
        self._process = subprocess.Popen(  # noqa: S603 - our own program
            [sys.executable, "-m", "media_worker.observe.process", *arguments],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
        )
        self.pid = self._process.pid
        self._session = 0
        self._sample = 0
        first, _ = self._reply()
        assert isinstance(first, Ready)
        self.ready = first

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_failure: object) -> None:
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.close()
        self._process.wait(timeout=20)
        self._process.stdout.close()

    def open(self, reference: Template | None = None) -> None:
        """Go on in a new session."""
        self._tell(CloseSession(session=self._session))
        self._session += 1
        self._tell(OpenSession(session=self._session, reference=reference))

    def show(
        self,
        shown: EncodedFrame,
        look: Look = "watch",
        *,
        embed: bool = False,
        calm: bool = False,
        above: float = 0.0,
    ) -> tuple[Answer, bytes]:
        """One frame in the session that is open."""
        assert shown.codec != "OPUS"
        self._sample += 1
        request = Picture(
            session=self._session,
            sample=self._sample,
            codec=shown.codec,
            pts_ms=shown.pts_ms,
            is_key=shown.is_key,
            look=look,
            embed=embed,
            calm=calm,
            still_above=above if look == "card" else None,
        )
        self._tell(request, shown.data)
        answer, body = self._reply()
        assert isinstance(answer, Answer)
        assert answer.sample == self._sample
        return answer, body

    def metrics(
        self,
        pictures: Iterable[Pixels],
        codec: VideoCodec = "VP8",
        *,
        look: Look = "watch",
        calm: bool = False,
        bit_rate: int = 800_000,
    ) -> list[Metrics]:
        """What is measured in pictures a second apart, each a key frame, in a new session."""
        self.open()
        shown = key_frames(pictures, codec, bit_rate=bit_rate)
        answers = [self.show(each, look, calm=calm)[0] for each in shown]
        return [answer.measured[0].metrics for answer in answers]

    def _tell(self, message: BaseModel, body: bytes = b"") -> None:
        assert self._process.stdin is not None
        self._process.stdin.write(frame(message, body))
        self._process.stdin.flush()

    def _reply(self) -> tuple[Ready | Answer, bytes]:
        assert self._process.stdout is not None
        header, body = next(frames(self._process.stdout))
        return reply_adapter.validate_json(header), body
