"""Scenarios that a session can be created from."""

from __future__ import annotations

from aiohttp import web

from server import app_keys
from server.routing import Caller, Route
from server.scripts.repository import ScriptRepository
from shuanglu.script.model import Script
from shuanglu.wire.http import Scenario, ScenarioList


async def scenarios(request: web.Request) -> ScenarioList:
    """Of every published script the version that is in force now."""
    now = request.app[app_keys.CLOCK].now()
    async with request.app[app_keys.DATABASE].read() as session:
        found = await ScriptRepository(session).in_force(now)
    return ScenarioList(items=tuple(_scenario(script) for script in found))


def _scenario(script: Script) -> Scenario:
    return Scenario(
        script_id=script.id,
        version=script.version,
        sha256=script.sha256,
        title=script.title,
        institution=script.institution,
        estimated_minutes=script.estimated_minutes,
        step_count=len(script.steps),
        circumstances=script.circumstances or (),
    )


routes: tuple[Route, ...] = (
    Route(
        method="GET",
        path="/api/v1/scenarios",
        handler=scenarios,
        summary="Scripts that are in force now",
        caller=Caller.STAFF,
        response=ScenarioList,
    ),
)
