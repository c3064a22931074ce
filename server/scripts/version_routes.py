"""Scripts for the editor over HTTP: all of them, one version, findings, a customer on paper."""

from __future__ import annotations

import asyncio
import re

from aiohttp import web

from server import app_keys
from server.auth.guard import staff_of
from server.documents.install import DOCUMENTS
from server.routing import Caller, Route, body_of
from server.scripts.editing import ScriptEditing
from shuanglu.errors import NotFoundError, ScriptRefusedError
from shuanglu.script.lint import lint, with_missing_documents
from shuanglu.script.simulate import simulate
from shuanglu.timeline.chain import sha256_hex
from shuanglu.wire.scripts import (
    ScriptLint,
    ScriptShelves,
    ScriptSimulation,
    ScriptText,
    ScriptVersionText,
    SimulateScript,
    SpeechView,
    WithdrawVersion,
)

_SHA256 = re.compile(r"[0-9a-f]{64}", re.ASCII)
_NUMBER = re.compile(r"[1-9][0-9]{0,8}", re.ASCII)


async def shelves(request: web.Request) -> ScriptShelves:
    """Every script with its versions and drafts."""
    return await _editing(request).shelves()


async def version(request: web.Request) -> ScriptVersionText:
    """A version with its YAML."""
    return await _editing(request).version(*_named(request))


async def withdraw(request: web.Request) -> ScriptVersionText:
    """Take a version back."""
    reason = body_of(request, WithdrawVersion).reason
    return await _editing(request).withdraw(*_named(request), reason, staff_of(request))


async def speech_of_version(request: web.Request) -> SpeechView:
    """The rendered speech of a version."""
    return await _editing(request).speech_of_version(*_named(request))


async def spoken(request: web.Request) -> web.Response:
    """One rendered prompt, by its hash. It holds the script's words and nobody's data."""
    sha256 = request.match_info["sha256"]
    if not _SHA256.fullmatch(sha256):
        raise NotFoundError("no such speech")
    data = await request.app[app_keys.OBJECTS].get(f"prompts/{sha256}.ogg")
    if sha256_hex(data) != sha256:
        raise NotFoundError("the stored speech is not the one of that name")
    headers = {"Content-Type": "audio/ogg", "Cache-Control": "no-store"}
    return web.Response(body=data, headers=headers)


async def check(request: web.Request) -> ScriptLint:
    """What is wrong with a text."""
    text = body_of(request, ScriptText).text
    report = await asyncio.to_thread(lint, text)
    if report.script is not None:
        missing = await request.app[DOCUMENTS].missing(report.script)
        report = with_missing_documents(report, text, missing)
    return ScriptLint(
        findings=report.findings, is_publishable=report.is_publishable, script=report.script
    )


async def simulation(request: web.Request) -> ScriptSimulation:
    """Which steps a customer would go through."""
    body = body_of(request, SimulateScript)
    report = await asyncio.to_thread(lint, body.text)
    if report.script is None:
        raise ScriptRefusedError("the text is no script yet", field="text")
    steps = simulate(report.script, body.sale)
    total_ms = sum(step.speech_ms for step in steps if step.applies)
    return ScriptSimulation(steps=steps, total_ms=total_ms)


def _editing(request: web.Request) -> ScriptEditing:
    return request.app[app_keys.SCRIPT_EDITING]


def _named(request: web.Request) -> tuple[str, int]:
    number = request.match_info["version"]
    if not _NUMBER.fullmatch(number):
        raise NotFoundError("no such version", field="version")
    return request.match_info["script_id"], int(number)


_VERSION = "/api/v1/scripts/{script_id}/versions/{version}"

routes: tuple[Route, ...] = (
    Route(
        method="GET",
        path="/api/v1/scripts",
        handler=shelves,
        summary="Scripts with their versions and drafts",
        caller=Caller.STAFF,
        response=ScriptShelves,
    ),
    Route(
        method="GET",
        path=_VERSION,
        handler=version,
        summary="A published version with its YAML",
        caller=Caller.STAFF,
        response=ScriptVersionText,
        problems=("not_found",),
    ),
    Route(
        method="POST",
        path=f"{_VERSION}/withdraw",
        handler=withdraw,
        summary="Take a version back from now on",
        caller=Caller.STAFF,
        request=WithdrawVersion,
        response=ScriptVersionText,
        problems=("not_found", "conflict"),
    ),
    Route(
        method="POST",
        path=f"{_VERSION}/speech",
        handler=speech_of_version,
        summary="The rendered speech of a version; how far it is",
        caller=Caller.STAFF,
        response=SpeechView,
        problems=("not_found", "too_many_attempts", "unavailable"),
    ),
    Route(
        method="GET",
        path="/api/v1/speech/{sha256}",
        handler=spoken,
        summary="One rendered prompt by its hash",
        caller=Caller.STAFF,
        media_type="audio/ogg",
        problems=("not_found",),
    ),
    Route(
        method="POST",
        path="/api/v1/script-lint",
        handler=check,
        summary="What is wrong with a text, with lines",
        caller=Caller.STAFF,
        request=ScriptText,
        response=ScriptLint,
        large_body=True,
    ),
    Route(
        method="POST",
        path="/api/v1/script-simulation",
        handler=simulation,
        summary="Which steps a customer would go through",
        caller=Caller.STAFF,
        request=SimulateScript,
        response=ScriptSimulation,
        large_body=True,
        problems=("script_refused",),
    ),
)
