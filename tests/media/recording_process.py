"""A process that records paced frames until somebody kills it. Run as a module.

Arguments: spool folder, object folder. Prints the wall-clock media time of each frame
that it hands to the recorder, so that the killer knows what was in memory.
"""

from __future__ import annotations

import asyncio
import pickle
import sys
import time
from pathlib import Path

from backing.objects.folder import FolderObjectStore
from media_worker.record.stretch import StretchRecorder
from tests.media.recording import SESSION, frames_of


async def record(spool_dir: Path, objects_dir: Path) -> None:
    media = pickle.loads((spool_dir / "media.pickle").read_bytes())  # noqa: S301 - the test's own
    recorder = StretchRecorder(
        session_id=SESSION,
        stretch=1,
        start_ms=0,
        spool_dir=spool_dir,
        objects=FolderObjectStore(objects_dir),
        on_begun=lambda _: None,
        on_cluster=lambda _: None,
        on_segment=lambda _: None,
        on_failure=print,
    )
    began = time.monotonic()
    for frame in frames_of(media, loops=10):
        await asyncio.sleep(max(0.0, began + frame.pts_ms / 1000 - time.monotonic()))
        recorder.write(frame)
        print(round(frame.pts_ms), flush=True)  # noqa: T201 - read by the killer


if __name__ == "__main__":
    asyncio.run(record(Path(sys.argv[1]), Path(sys.argv[2])))
