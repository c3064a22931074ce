"""Recorded voices: real files in every form, and real bad ones, through the real process."""

from __future__ import annotations

import io
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
import pytest

from backing.objects.folder import FolderObjectStore
from media_worker.models.registry import ModelRegistry
from media_worker.play.recording import RecordingError, Recordings
from media_worker.play.recording_job import MAX_RECORDING_S
from media_worker.play.render import prompts_for
from media_worker.play.render_ogg import LEAD_IN_MS, RATE_HZ, Samples
from media_worker.play.render_run import RenderError
from media_worker.play.render_speech import SAMPLE_RATE_HZ, Voice
from shuanglu.errors import InvalidInputError
from shuanglu.script.model import parse_script
from shuanglu.timeline.chain import sha256_hex
from shuanglu.wire.recordings import recording_key
from tests.script.scripts import small_script

SAY = "本产品不保证本金,请您认真考虑。您有十五天的犹豫期。"


@pytest.fixture(scope="session")
def spoken(voice: Voice) -> Samples:
    """Two sentences with a pause of a second; any voice will do, it is not told whose."""
    pause = np.zeros(SAMPLE_RATE_HZ, np.float32)
    first, second = (voice.speak(text) for text in ("本产品不保证本金。", "您有十五天的犹豫期。"))
    return np.asarray(np.concatenate([first, pause, second]) * 0.5, np.float32)


@pytest.fixture
def recordings(objects: FolderObjectStore, tmp_path: Path) -> Recordings:
    return Recordings(objects, tmp_path / "cache")


async def kept(objects: FolderObjectStore, data: bytes) -> str:
    """Uploaded; its hash."""
    sha256 = sha256_hex(data)
    await objects.put(recording_key(sha256), data, content_type="audio/wav")
    return sha256


def file_of(samples: Samples, form: str = "wav", rate_hz: int = SAMPLE_RATE_HZ) -> bytes:
    codecs = {"wav": "pcm_s16le", "flac": "flac", "ogg": "libopus", "mp3": "libmp3lame"}
    out = io.BytesIO()
    with av.open(out, "w", format=form) as container:
        rate = RATE_HZ if form == "ogg" else rate_hz
        stream = container.add_stream(codecs[form], rate=rate, layout="mono")
        whole = (np.clip(samples, -1, 1) * 32767).astype(np.int16)
        frame = av.AudioFrame.from_ndarray(whole[None], format="s16", layout="mono")
        frame.sample_rate, frame.pts, frame.time_base = rate_hz, 0, Fraction(1, rate_hz)
        assert isinstance(stream, av.AudioStream)
        context = stream.codec_context
        fitting = av.AudioResampler(context.format, "mono", rate, frame_size=context.frame_size)
        for part in [*fitting.resample(frame), *fitting.resample(None)]:
            container.mux(stream.encode(part))
        container.mux(stream.encode(None))
    return out.getvalue()


@pytest.mark.parametrize("form", ["wav", "flac", "ogg", "mp3"])
async def test_every_form_becomes_what_rendered_speech_is(
    form: str, spoken: Samples, objects: FolderObjectStore, recordings: Recordings
) -> None:
    sha256 = await kept(objects, file_of(spoken, form))
    prompt = await recordings.prompt(sha256, SAY)
    lasted_ms = len(spoken) * 1000 // SAMPLE_RATE_HZ
    assert prompt.duration_ms == pytest.approx(lasted_ms + LEAD_IN_MS + 200, abs=120)
    assert not prompt.synthetic
    ogg = await objects.get(f"prompts/{prompt.sha256}.ogg")
    assert b"AIGC" not in ogg
    assert "真人录音".encode() in ogg
    assert await recordings.prompt(sha256, SAY) == prompt


async def test_captions_lie_over_the_speech_and_leave_the_pause_out(
    spoken: Samples, objects: FolderObjectStore, recordings: Recordings
) -> None:
    prompt = await recordings.prompt(await kept(objects, file_of(spoken)), SAY)
    assert "".join(cue.text for cue in prompt.cues) == SAY
    assert prompt.cues[0].from_ms >= LEAD_IN_MS
    assert prompt.cues[-1].to_ms <= prompt.duration_ms
    assert all(cue.from_ms < cue.to_ms for cue in prompt.cues)
    assert all(
        one.to_ms <= two.from_ms for one, two in zip(prompt.cues, prompt.cues[1:], strict=False)
    )


def _loud(samples: Samples) -> Samples:
    return np.asarray(np.clip(samples * 40, -1, 1), np.float32)


async def test_what_nobody_could_listen_to_is_refused_with_the_reason(
    spoken: Samples, objects: FolderObjectStore, recordings: Recordings
) -> None:
    rng = np.random.default_rng(1)
    second = np.zeros(SAMPLE_RATE_HZ, np.float32)
    wrong: dict[str, bytes] = {
        "not an audio file": b"%PDF-1.7 this is no sound" * 40,
        "not an audio file that": rng.bytes(4000),
        "nothing is to be heard": file_of(second),
        "shorter than": file_of(spoken[: SAMPLE_RATE_HZ // 10]),
        "clipped": file_of(_loud(spoken)),
        "longer than": file_of(
            np.tile(spoken, 2 + MAX_RECORDING_S * SAMPLE_RATE_HZ // len(spoken))
        ),
    }
    for reason, data in wrong.items():
        with pytest.raises(RecordingError, match=reason) as refused:
            await recordings.prompt(await kept(objects, data), SAY, field="risk")
        assert refused.value.field == "risk"


async def test_a_video_is_no_recording(objects: FolderObjectStore, recordings: Recordings) -> None:
    out = io.BytesIO()
    with av.open(out, "w", format="matroska") as container:
        stream = container.add_stream("libvpx", rate=10)
        stream.width, stream.height, stream.pix_fmt = 64, 64, "yuv420p"
        frame = av.VideoFrame.from_ndarray(np.zeros((64, 64, 3), np.uint8), format="rgb24")
        container.mux(stream.encode(frame))
        container.mux(stream.encode(None))
    with pytest.raises(RecordingError, match="not a WAV, FLAC, Ogg or MP3"):
        await recordings.prompt(await kept(objects, out.getvalue()), SAY)


async def test_a_truncated_file_is_played_as_far_as_it_goes_or_refused(
    spoken: Samples, objects: FolderObjectStore, recordings: Recordings
) -> None:
    whole = file_of(spoken, "flac")
    for length in (40, 400, len(whole) // 2):
        try:
            prompt = await recordings.prompt(await kept(objects, whole[:length]), SAY)
        except RecordingError:
            continue
        assert prompt.duration_ms < len(spoken) * 1000 // SAMPLE_RATE_HZ


async def test_a_script_names_its_recording_and_one_that_is_not_there_is_refused(
    spoken: Samples, objects: FolderObjectStore, registry: ModelRegistry, tmp_path: Path
) -> None:
    sha256 = sha256_hex(file_of(spoken))
    whole = small_script(with_person=False).model_dump(mode="json")
    delivery = {"by": "recorded", "sha256": sha256}
    risk = {**whole["steps"][0], "say": SAY, "delivery": delivery}
    script = parse_script({**whole, "steps": [risk, whole["steps"][-1]]})
    sources = {"objects": objects, "cache_dir": tmp_path / "cache", "registry": registry}
    with pytest.raises(InvalidInputError, match="was not uploaded") as refused:
        await prompts_for(script, **sources)  # type: ignore[arg-type]
    assert refused.value.field == "risk"
    assert not isinstance(refused.value, RenderError)
    await kept(objects, file_of(spoken))
    prompts = await prompts_for(script, **sources)  # type: ignore[arg-type]
    assert [prompts[name].synthetic for name in ("risk", "confirm")] == [False, True]
