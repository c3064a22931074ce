"""Recorded voices over HTTP: compliance uploads one, listens, and writes its hash into a script.

Stage: at the edge. What is played is made by the media worker; a file that it cannot play is
refused, and no script that names it can be published.
"""

from __future__ import annotations

import structlog
from aiohttp import web

from server import app_keys
from server.auth.guard import staff_of
from server.bodies import read_bytes
from server.routing import Caller, Route
from shuanglu.errors import InvalidInputError
from shuanglu.timeline.chain import sha256_hex
from shuanglu.wire.recordings import RecordingRequest, RecordingView, recording_key

MAX_UPLOAD_BYTES = 24 * 1024 * 1024
CONVERTED_WITHIN_S = 100.0

_log = structlog.get_logger(__name__)


async def upload(request: web.Request) -> RecordingView:
    """Keep a recording that can be played. The same file again is the same recording."""
    if not request.content_type.startswith(("audio/", "application/o")):  # Ogg, octets
        raise InvalidInputError("the body must be an audio file", field="Content-Type")
    data = await read_bytes(request, MAX_UPLOAD_BYTES)
    if not data:
        raise InvalidInputError("the file is empty", field="recording")
    sha256 = sha256_hex(data)
    await request.app[app_keys.OBJECTS].put(
        recording_key(sha256), data, content_type="application/octet-stream"
    )
    view = await request.app[app_keys.BUS].request(
        "speech.recording",
        RecordingRequest(sha256=sha256),
        RecordingView,
        timeout_s=CONVERTED_WITHIN_S,
    )
    _log.info("recording_uploaded", sha256=sha256, staff_id=staff_of(request).staff_id)
    return view


routes: tuple[Route, ...] = (
    Route(
        method="POST",
        path="/api/v1/script-recordings",
        handler=upload,
        summary="Upload a recorded voice (WAV, FLAC, Ogg, MP3); its hash goes into a script",
        caller=Caller.STAFF,
        response=RecordingView,
        problems=("invalid_input", "too_large", "unavailable"),
    ),
)
