"""A script comes into force as the office does it: written by one, approved by another.

Stage: outside the server, by its public API; for tests and measurements.
"""

from __future__ import annotations

import asyncio
import time

import yaml

from demo.staff import StaffClient
from shuanglu.errors import UnavailableError
from shuanglu.script.model import Script

RENDERED_WITHIN_S = 1_200.0
ASK_EVERY_S = 1.0


def as_yaml(script: Script) -> str:
    """Text that reads as the same script."""
    plain = script.model_dump(mode="json", by_alias=True, exclude_none=True)
    return yaml.safe_dump(plain, allow_unicode=True, sort_keys=False)


async def publish(writer: StaffClient, reader: StaffClient, script: Script) -> str:
    """Draft, four eyes, speech, in force at once; the hash under which it was published."""
    body = {"script_id": script.id, "text": as_yaml(script)}
    begun = await writer.post("/api/v1/script-drafts", body)
    draft = begun["draft"]
    path = f"/api/v1/script-drafts/{draft['draft_id']}"
    draft = (await writer.post(f"{path}/submit", {"revision": draft["revision"]}))["draft"]
    draft = (await reader.post(f"{path}/approve", {"revision": draft["revision"]}))["draft"]
    await _speech(reader, path)
    now = {"revision": draft["revision"], "in_force_from": None}
    await reader.post(f"{path}/publish", now)
    return script.sha256


async def _speech(staff: StaffClient, path: str) -> None:
    until = time.monotonic() + RENDERED_WITHIN_S
    while time.monotonic() < until:
        speech = await staff.post(f"{path}/speech", {})
        if speech["state"] != "rendering":
            if speech["state"] != "ready":
                raise UnavailableError(f"{speech['refused_step']}: {speech['refused_because']}")
            return
        await asyncio.sleep(ASK_EVERY_S)
    raise UnavailableError("the speech was not rendered in time")
