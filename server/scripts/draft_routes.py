"""Drafts of scripts over HTTP: written, submitted, reviewed, published."""

from __future__ import annotations

from aiohttp import web

from server import app_keys
from server.auth.guard import staff_of
from server.routing import Caller, Route, body_of
from server.scripts.draft_state import DraftAction
from server.scripts.editing import ScriptEditing
from shuanglu.wire.scripts import (
    ApproveDraft,
    DraftChange,
    DraftView,
    NewDraft,
    PublishDraft,
    RejectDraft,
    SaveDraft,
    SpeechView,
)


async def begin(request: web.Request) -> DraftView:
    """A new draft."""
    body = body_of(request, NewDraft)
    return await _editing(request).begin(body.script_id, body.text, staff_of(request))


async def read(request: web.Request) -> DraftView:
    """A draft with its text."""
    return await _editing(request).draft(_id(request), staff_of(request))


async def save(request: web.Request) -> DraftView:
    """Another text."""
    body = body_of(request, SaveDraft)
    by = staff_of(request)
    return await _editing(request).save(_id(request), body.revision, body.text, by)


async def submit(request: web.Request) -> DraftView:
    """Ask for the second pair of eyes."""
    revision = body_of(request, DraftChange).revision
    return await _editing(request).submit(_id(request), revision, staff_of(request))


async def approve(request: web.Request) -> DraftView:
    """The second pair of eyes agrees."""
    body, by = body_of(request, ApproveDraft), staff_of(request)
    approving = DraftAction.APPROVE
    return await _editing(request).review(_id(request), approving, body.revision, body.comment, by)


async def reject(request: web.Request) -> DraftView:
    """The second pair of eyes does not."""
    body, by = body_of(request, RejectDraft), staff_of(request)
    rejecting = DraftAction.REJECT
    return await _editing(request).review(_id(request), rejecting, body.revision, body.comment, by)


async def reopen(request: web.Request) -> DraftView:
    """Write on; an approval is lost."""
    revision, by = body_of(request, DraftChange).revision, staff_of(request)
    return await _editing(request).move(_id(request), DraftAction.REOPEN, revision, by)


async def withdraw(request: web.Request) -> DraftView:
    """Give a draft up."""
    revision, by = body_of(request, DraftChange).revision, staff_of(request)
    return await _editing(request).move(_id(request), DraftAction.WITHDRAW, revision, by)


async def publish(request: web.Request) -> DraftView:
    """Make a version of it."""
    body, by = body_of(request, PublishDraft), staff_of(request)
    return await _editing(request).publish(_id(request), body.revision, body.in_force_from, by)


async def speech(request: web.Request) -> SpeechView:
    """How far its speech is; begins to render it."""
    return await _editing(request).speech(_id(request))


def _editing(request: web.Request) -> ScriptEditing:
    return request.app[app_keys.SCRIPT_EDITING]


def _id(request: web.Request) -> str:
    return request.match_info["draft_id"]


_CHANGE = ("not_found", "conflict", "stale_revision")
_ONE = "/api/v1/script-drafts/{draft_id}"

routes: tuple[Route, ...] = (
    Route(
        method="POST",
        path="/api/v1/script-drafts",
        handler=begin,
        summary="Begin a draft of a script's next version",
        caller=Caller.STAFF,
        request=NewDraft,
        response=DraftView,
        status=201,
        large_body=True,
    ),
    Route(
        method="GET",
        path=_ONE,
        handler=read,
        summary="A draft with its YAML",
        caller=Caller.STAFF,
        response=DraftView,
        problems=("not_found",),
    ),
    Route(
        method="PUT",
        path=_ONE,
        handler=save,
        summary="Save another text; 409 if somebody was faster",
        caller=Caller.STAFF,
        request=SaveDraft,
        response=DraftView,
        large_body=True,
        problems=_CHANGE,
    ),
    Route(
        method="POST",
        path=f"{_ONE}/submit",
        handler=submit,
        summary="Submit a draft for review",
        caller=Caller.STAFF,
        request=DraftChange,
        response=DraftView,
        problems=(*_CHANGE, "script_refused"),
    ),
    Route(
        method="POST",
        path=f"{_ONE}/approve",
        handler=approve,
        summary="Approve a draft; not by who wrote or submitted it",
        caller=Caller.STAFF,
        request=ApproveDraft,
        response=DraftView,
        problems=(*_CHANGE, "four_eyes"),
    ),
    Route(
        method="POST",
        path=f"{_ONE}/reject",
        handler=reject,
        summary="Reject a draft with a reason",
        caller=Caller.STAFF,
        request=RejectDraft,
        response=DraftView,
        problems=_CHANGE,
    ),
    Route(
        method="POST",
        path=f"{_ONE}/reopen",
        handler=reopen,
        summary="Open a draft for writing again",
        caller=Caller.STAFF,
        request=DraftChange,
        response=DraftView,
        problems=_CHANGE,
    ),
    Route(
        method="POST",
        path=f"{_ONE}/withdraw",
        handler=withdraw,
        summary="Give a draft up",
        caller=Caller.STAFF,
        request=DraftChange,
        response=DraftView,
        problems=_CHANGE,
    ),
    Route(
        method="POST",
        path=f"{_ONE}/publish",
        handler=publish,
        summary="Publish an approved draft, in force from a moment on",
        caller=Caller.STAFF,
        request=PublishDraft,
        response=DraftView,
        problems=(
            *_CHANGE,
            "script_refused",
            "speech_not_ready",
            "too_many_attempts",
            "unavailable",
        ),
    ),
    Route(
        method="POST",
        path=f"{_ONE}/speech",
        handler=speech,
        summary="Render a draft's speech; how far it is",
        caller=Caller.STAFF,
        response=SpeechView,
        problems=("not_found", "script_refused", "too_many_attempts", "unavailable"),
    ),
)
