"""Recorded voices: an uploaded file, converted once, found again by its hash and its words.

Stage: beside the renderer, before a session runs. What is played is what was converted;
the file as it was uploaded stays beside it, under its own hash.
"""

from __future__ import annotations

import asyncio
import sys
import tempfile
from pathlib import Path

from pydantic import BaseModel, ConfigDict, ValidationError

from backing.objects.interface import ObjectStore
from media_worker.play.prompt import RenderedPrompt
from media_worker.play.recording_job import RecordingJob, RecordingReport
from media_worker.play.recording_sound import UNREADABLE
from media_worker.play.render_ogg import PACKET_MS, demux
from shuanglu.errors import InvalidInputError, NotFoundError
from shuanglu.timeline.chain import canonical_bytes, sha256_hex
from shuanglu.timeline.events import Sha256Hex
from shuanglu.wire.recordings import recording_key
from shuanglu.wire.views import Cue

CONVERSION_VERSION = 1
"""Raised when the same file would be converted otherwise; what was converted stays."""
CONVERTED_WITHIN_S = 90.0


class RecordingError(InvalidInputError):
    """A recording cannot be played; ``field`` is the step's id, or ``recording``."""


class _Converted(BaseModel):
    """What the cache remembers of a recording; the sound itself is the object ``prompts/…``."""

    model_config = ConfigDict(frozen=True, extra="forbid")
    audio_sha256: Sha256Hex
    cues: tuple[Cue, ...]


class Recordings:
    """The recordings that this worker has met."""

    def __init__(self, objects: ObjectStore, cache_dir: Path) -> None:
        self._objects = objects
        self._cache_dir = cache_dir

    async def prompt(self, sha256: str, say: str, *, field: str = "recording") -> RenderedPrompt:
        """What is played of it; raises :class:`RecordingError` naming ``field``."""
        path = self._path(sha256, say)
        found = await self._load(path)
        if found is None:
            await self._convert(sha256, say, path, field)
            found = await self._load(path)
        if found is None:
            raise RecordingError("the converted recording could not be read back", field=field)
        return found

    def _path(self, sha256: str, say: str) -> Path:
        key = {"conversion": CONVERSION_VERSION, "recording": sha256, "text": say}
        return self._cache_dir / f"recorded-{sha256_hex(canonical_bytes(key))}.json"

    async def _load(self, path: Path) -> RenderedPrompt | None:
        try:
            text = await asyncio.to_thread(path.read_bytes)
            index = _Converted.model_validate_json(text)
            ogg = await self._objects.get(f"prompts/{index.audio_sha256}.ogg")
        except (FileNotFoundError, ValidationError, NotFoundError):
            return None
        if sha256_hex(ogg) != index.audio_sha256:
            return None
        packets = demux(ogg)
        return RenderedPrompt(
            sha256=index.audio_sha256,
            packets=packets,
            duration_ms=len(packets) * PACKET_MS,
            cues=index.cues,
            synthetic=False,
        )

    async def _convert(self, sha256: str, say: str, path: Path, field: str) -> None:
        try:
            data = await self._objects.get(recording_key(sha256))
        except NotFoundError as error:
            raise RecordingError(
                f"录音 {sha256} 没有上传 · the recording {sha256} was not uploaded", field=field
            ) from error
        if sha256_hex(data) != sha256:
            raise RecordingError(
                "库中的录音与名称不符 · the stored recording is not the one of that name",
                field=field,
            )
        with tempfile.TemporaryDirectory(prefix="recording-") as scratch:
            file = Path(scratch) / "uploaded"
            file.write_bytes(data)
            report = await _run(RecordingJob(file=file, say=say, into=Path(scratch)), field)
            if report.error or report.file is None:
                raise RecordingError(report.error or UNREADABLE, field=field)
            ogg = (Path(scratch) / report.file).read_bytes()
        index = _Converted(audio_sha256=sha256_hex(ogg), cues=report.cues)
        key = f"prompts/{index.audio_sha256}.ogg"
        await self._objects.put(key, ogg, content_type="audio/ogg")
        path.parent.mkdir(parents=True, exist_ok=True)
        partial = path.with_suffix(".partial")
        partial.write_text(index.model_dump_json(), encoding="utf-8")
        partial.replace(path)


async def _run(job: RecordingJob, field: str) -> RecordingReport:
    """One file in a process of its own, which is never left behind."""
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "media_worker.play.recording_process"),
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.DEVNULL,
        start_new_session=True,
    )
    try:
        async with asyncio.timeout(CONVERTED_WITHIN_S):
            said, _ = await process.communicate(job.model_dump_json().encode())
        return RecordingReport.model_validate_json(said)
    except TimeoutError as error:
        told = "读取录音用时太长 · reading the recording took too long"
        raise RecordingError(told, field=field) from error
    except ValidationError as error:  # it died: of its limits, or of the file
        raise RecordingError(UNREADABLE, field=field) from error
    finally:
        if process.returncode is None:
            process.kill()
        await process.wait()
