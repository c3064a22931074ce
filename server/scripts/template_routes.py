"""Templates and history of scripts over HTTP: what to start from, and what became of it."""

from __future__ import annotations

import asyncio

import yaml
from aiohttp import web

from server import app_keys
from server.routing import Caller, Route
from shuanglu.script.model import parse_script
from shuanglu.script.scenarios import scenario
from shuanglu.script.templates import Template, shipped_templates, template
from shuanglu.wire.scripts import (
    ScriptHistory,
    ScriptTemplate,
    ScriptTemplates,
    ScriptTemplateText,
)


async def templates(_request: web.Request) -> ScriptTemplates:
    """Every template, without its text."""
    return await asyncio.to_thread(_listed)


async def template_text(request: web.Request) -> ScriptTemplateText:
    """One template with its YAML, comments included."""
    found = await asyncio.to_thread(template, request.match_info["template_id"])
    return ScriptTemplateText(template=_view(found), text=found.text)


async def history(request: web.Request) -> ScriptHistory:
    """Who did what to a script."""
    editing = request.app[app_keys.SCRIPT_EDITING]
    return await editing.history(request.match_info["script_id"])


def _listed() -> ScriptTemplates:
    return ScriptTemplates(items=tuple(_view(each) for each in shipped_templates()))


def _view(found: Template) -> ScriptTemplate:
    script = parse_script(yaml.safe_load(found.text))
    sale = scenario(found.scenario)
    return ScriptTemplate(
        template_id=found.template_id,
        title=found.title,
        sale=sale.title if sale else found.title,
        circumstances=script.circumstances or (),
        estimated_minutes=script.estimated_minutes,
        step_count=len(script.steps),
    )


routes: tuple[Route, ...] = (
    Route(
        method="GET",
        path="/api/v1/script-templates",
        handler=templates,
        summary="Scripts to start from",
        caller=Caller.STAFF,
        response=ScriptTemplates,
    ),
    Route(
        method="GET",
        path="/api/v1/script-templates/{template_id}",
        handler=template_text,
        summary="A template with its YAML",
        caller=Caller.STAFF,
        response=ScriptTemplateText,
        problems=("not_found",),
    ),
    Route(
        method="GET",
        path="/api/v1/scripts/{script_id}/history",
        handler=history,
        summary="Who did what to a script, when and why",
        caller=Caller.STAFF,
        response=ScriptHistory,
        problems=("not_found",),
    ),
)
