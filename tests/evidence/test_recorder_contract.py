"""What the real recorder, and recovery after a crash, leave is what the verifier accepts."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest

from backing.objects.folder import FolderObjectStore
from media_worker.record.recovery import recover_spool
from server.evidence.contents import collect, joined
from shuanglu.evidence.check import CheckFailedError
from shuanglu.evidence.checks.media import check_media
from shuanglu.evidence.findings import Findings
from shuanglu.evidence.package import PackageFile
from shuanglu.timeline import events as ev
from shuanglu.timeline.events import Event
from tests.evidence.packing import Sealed
from tests.evidence.performance import Performance
from tests.media.assets import Media, make_media
from tests.media.recording import SESSION, frames_of, recording

MANIFEST = Sealed.of(Performance().whole()).manifest()


class FilesInMemory:
    """A package without a zip around it."""

    def __init__(self, files: dict[str, bytes]) -> None:
        self._files = files

    def files(self) -> tuple[PackageFile, ...]:
        return tuple(PackageFile(name, len(data)) for name, data in self._files.items())

    def pieces(self, name: str) -> Iterator[bytes]:
        data = self._files[name]
        for start in range(0, len(data), 5000):
            yield data[start : start + 5000]


@pytest.fixture(scope="module", params=["VP8", "H264"])
def media(request: pytest.FixtureRequest) -> Media:
    return make_media(request.param)


def told(payloads: Sequence[ev.Payload]) -> tuple[Event, ...]:
    performance = Performance(session_id=SESSION)
    return tuple(performance.tell(payload) for payload in payloads)


async def findings_of(objects: FolderObjectStore, payloads: Sequence[ev.Payload]) -> Findings:
    """As sealing gathers a stretch, and as the verifier reads it."""
    events = told(payloads)
    contents = await collect(objects, Performance(session_id=SESSION).script, events)
    files: dict[str, bytes] = {}
    for stretch in contents.stretches:
        entry = stretch.entry
        files[entry.file] = b"".join([p async for p in joined(objects, stretch.keys)])
        files[entry.journal.file] = await objects.get(stretch.journal_key)
    entries = tuple(stretch.entry for stretch in contents.stretches)
    manifest = MANIFEST.model_copy(update={"media": entries})
    return Findings(FilesInMemory(files), found_manifest=manifest, events=events)


async def test_a_recorded_stretch_is_accepted(media: Media, tmp_path: Path) -> None:
    objects = FolderObjectStore(tmp_path / "objects")
    async with recording(tmp_path, start_ms=700, objects=objects) as run:
        for frame in frames_of(media, start_ms=700.0):
            run.recorder.write(frame)
        ended = await run.recorder.finish("finished")
    findings = await findings_of(objects, [*run.told.begun, *run.told.segments, ended])
    assert "1 stretch," in check_media(findings)
    assert len(findings.journals[1]) == ended.clusters > 1


@pytest.mark.parametrize("torn_bytes", [0, 1, 700])
async def test_a_recovered_stretch_is_accepted(
    media: Media, tmp_path: Path, torn_bytes: int
) -> None:
    """The process died: no end was told, the last cluster is torn, journal lines are missing."""
    objects = FolderObjectStore(tmp_path / "objects")
    lost = FolderObjectStore(tmp_path / "lost")
    async with recording(tmp_path, objects=lost) as run:
        for frame in frames_of(media):
            run.recorder.write(frame)
        await run.recorder.finish("finished")
    (run.folder / "ended.json").unlink()
    last = max(run.folder.glob("*.seg"))
    last.write_bytes(last.read_bytes()[: last.stat().st_size - torn_bytes])
    journal = run.folder / "journal.jsonl"
    journal.write_bytes(b"".join(journal.read_bytes().splitlines(keepends=True)[:-2]))
    (found,) = await recover_spool(run.spool_dir, SESSION, objects=objects)
    findings = await findings_of(objects, [found.begun, *found.stored, found.ended])
    check_media(findings)
    assert findings.journals[1][-1].head == found.ended.head


async def test_media_of_one_recording_under_the_events_of_another_is_found(
    media: Media, tmp_path: Path
) -> None:
    objects = FolderObjectStore(tmp_path / "objects")
    async with recording(tmp_path, objects=objects) as run:
        for frame in frames_of(media):
            run.recorder.write(frame)
        ended = await run.recorder.finish("finished")
    other = ended.model_copy(update={"head": "ab" * 32})
    findings = await findings_of(objects, [*run.told.begun, *run.told.segments, other])
    with pytest.raises(CheckFailedError) as failed:
        check_media(findings)
    assert failed.value.reason == "stretch_end"
