"""The recorder under measurement, in a process of its own. Run as a module.

Arguments: ``ours`` or ``stock`` (aiortc's MediaRecorder, mp4), and a folder. Prints its
port, answers offers over HTTP on loopback, and tells its own CPU time and memory.
"""

from __future__ import annotations

import asyncio
import re
import resource
import sys
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import uvloop
from aiohttp import web
from aiortc import MediaStreamTrack, RTCConfiguration, RTCPeerConnection, RTCSessionDescription
from aiortc.contrib.media import MediaRecorder

from backing.objects.folder import FolderObjectStore
from media_worker.frames import EncodedFrame
from media_worker.play.track import VoiceTrack
from media_worker.receive.peer import PhonePeer
from media_worker.receive.settings import ReceiveSettings
from media_worker.record.stretch import StretchRecorder
from shuanglu.clock import SystemClock
from tests.media.phone import use_loopback

DISK_THREADS = 2


class OurRecorder:
    """The product's recording path: receive, chain, sync, put to a folder of objects."""

    def __init__(self, folder: Path) -> None:
        self._spool_dir = folder / "spool"
        self._objects = FolderObjectStore(folder / "objects")
        self._threads = ThreadPoolExecutor(DISK_THREADS)
        self._peers: list[PhonePeer] = []
        self._clusters = 0
        self._failures = 0
        self._frames = 0

    async def accept(self, sdp: str) -> str:
        recorder = self._recorder(len(self._peers))

        def take(frame: EncodedFrame) -> None:
            self._frames += frame.kind == "video"
            recorder.write(frame)

        peer = PhonePeer(
            outgoing=VoiceTrack(),
            settings=ReceiveSettings(host_addresses=["127.0.0.1"]),
            clock=SystemClock(),
            on_frame=take,
            on_event=lambda _: None,
            media_offset_ms=lambda: 0,
        )
        self._peers.append(peer)
        return await peer.accept(sdp)

    def _recorder(self, number: int) -> StretchRecorder:
        def stored(_: object) -> None:
            self._clusters += 1

        def failed(_: str) -> None:
            self._failures += 1

        return StretchRecorder(
            session_id=f"ses_{number}",
            stretch=1,
            start_ms=0,
            spool_dir=self._spool_dir,
            objects=self._objects,
            on_begun=lambda _: None,
            on_cluster=stored,
            on_segment=lambda _: None,
            on_failure=failed,
            threads=self._threads,
        )

    def counts(self) -> dict[str, int]:
        return {"video": self._frames, "clusters": self._clusters, "failures": self._failures}


class CountedTrack(MediaStreamTrack):
    """Counts the frames that MediaRecorder takes: what it cannot take it does not record."""

    def __init__(self, track: MediaStreamTrack, on_frame: Callable[[], None]) -> None:
        super().__init__()
        self.kind = track.kind
        self._track = track
        self._on_frame = on_frame

    async def recv(self) -> Any:  # noqa: ANN401 - frames or packets, as aiortc has it
        frame = await self._track.recv()
        self._on_frame()
        return frame


class StockRecorder:
    """What aiortc's documentation recommends."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._connections: list[tuple[RTCPeerConnection, MediaRecorder]] = []
        self._pictures = 0

    async def accept(self, sdp: str) -> str:
        connection = RTCPeerConnection(RTCConfiguration(iceServers=[]))
        recorder = MediaRecorder(str(self._folder / f"{len(self._connections)}.mp4"))

        def add(track: MediaStreamTrack) -> None:
            recorder.addTrack(CountedTrack(track, self._count if track.kind == "video" else _skip))

        connection.on("track", add)
        self._connections.append((connection, recorder))
        await connection.setRemoteDescription(RTCSessionDescription(sdp, "offer"))
        for transceiver in connection.getTransceivers():
            ice = transceiver.receiver.transport.transport
            use_loopback(ice._connection)  # noqa: SLF001 - no public way to choose addresses
        await connection.setLocalDescription(await connection.createAnswer())
        await recorder.start()
        return str(connection.localDescription.sdp)

    def counts(self) -> dict[str, int]:
        return {"video": self._pictures, "clusters": 0, "failures": 0}

    def _count(self) -> None:
        self._pictures += 1


def _skip() -> None:
    """Sound is not counted."""


def private_kb() -> int:
    """Memory that only this process holds (Linux)."""
    rollup = Path("/proc/self/smaps_rollup").read_text()
    return sum(int(n) for n in re.findall(r"^Private_\w+:\s+(\d+) kB", rollup, re.MULTILINE))


def usage(recorder: OurRecorder | StockRecorder) -> dict[str, Any]:
    used = resource.getrusage(resource.RUSAGE_SELF)
    return {
        "at_s": time.monotonic(),
        "cpu_s": used.ru_utime + used.ru_stime,
        "private_kb": private_kb(),
        **recorder.counts(),
    }


async def serve(kind: str, folder: Path) -> None:
    recorder = OurRecorder(folder) if kind == "ours" else StockRecorder(folder)

    async def offer(request: web.Request) -> web.Response:
        return web.Response(text=await recorder.accept(await request.text()))

    async def stats(_: web.Request) -> web.Response:
        return web.json_response(usage(recorder))

    app = web.Application()
    app.add_routes([web.post("/offer", offer), web.get("/stats", stats)])
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    print(runner.addresses[0][1], flush=True)
    await asyncio.Event().wait()


if __name__ == "__main__":
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as running:
        running.run(serve(sys.argv[1], Path(sys.argv[2])))
