"""Recorded voices over HTTP, with the worker's own desk and conversion behind them."""

from __future__ import annotations

import io
import wave
from collections.abc import AsyncIterator
from pathlib import Path

import numpy as np
import pytest

from media_worker.play.recording import Recordings
from media_worker.recording_desk import RecordingDesk
from server import app_keys
from shuanglu.timeline.chain import sha256_hex
from shuanglu.wire.recordings import RecordingRequest
from tests.server.scripts.desk import ScriptDesk

PATH = "/api/v1/script-recordings"
RATE_HZ = 48_000


def tone(level: float) -> bytes:
    """Two seconds as WAV."""
    at_s = np.arange(2 * RATE_HZ) / RATE_HZ
    out = io.BytesIO()
    with wave.open(out, "wb") as sound:
        sound.setnchannels(1)
        sound.setsampwidth(2)
        sound.setframerate(RATE_HZ)
        samples = np.sin(2 * np.pi * 220 * at_s) * level * 32767
        sound.writeframes(samples.astype(np.int16).tobytes())
    return out.getvalue()


@pytest.fixture
async def recording(desk: ScriptDesk, tmp_path: Path) -> AsyncIterator[ScriptDesk]:
    recordings = Recordings(desk.stage.app[app_keys.OBJECTS], tmp_path / "cache")
    answer = RecordingDesk(recordings.prompt).answer
    served = await desk.stage.parts.bus.serve("speech.recording", RecordingRequest, answer)
    yield desk
    await served.close()


async def test_an_uploaded_recording_can_be_heard(recording: ScriptDesk) -> None:
    data = tone(0.4)
    headers = {"Content-Type": "audio/wav"}
    view = await recording.found(
        await recording.stage.staff("POST", PATH, data=data, headers=headers)
    )
    assert view["sha256"] == sha256_hex(data)
    assert view["duration_ms"] >= 2000
    heard = await recording.stage.staff("GET", f"/api/v1/speech/{view['audio_sha256']}")
    assert (await heard.read()).startswith(b"OggS")


@pytest.mark.parametrize(
    ("data", "kind", "field"),
    [
        (tone(0.0), "audio/wav", "recording"),
        (b"no sound at all" * 100, "audio/mpeg", "recording"),
        (b"", "audio/wav", "recording"),
        (tone(0.4), "text/html", "Content-Type"),
    ],
    ids=["silent", "no audio", "empty", "not sent as audio"],
)
async def test_what_cannot_be_played_is_refused_by_name(
    recording: ScriptDesk, data: bytes, kind: str, field: str
) -> None:
    headers = {"Content-Type": kind}
    problem = await recording.found(
        await recording.stage.staff("POST", PATH, data=data, headers=headers), 400
    )
    assert problem["field"] == field


async def test_only_staff_upload(recording: ScriptDesk) -> None:
    refused = await recording.stage.request("POST", PATH, data=tone(0.4))
    assert refused.status == 401
