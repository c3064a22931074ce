"""Asks the media worker for the speech of a script that is not in force yet.

Stage: between publishing and the bus. It renders nothing: the worker does, and what it has
rendered once is found again when the first session begins.
"""

from __future__ import annotations

from backing.bus import Bus
from shuanglu.errors import ScriptRefusedError, SpeechNotReadyError
from shuanglu.script.model import Script
from shuanglu.wire.bus import SpeechRequest
from shuanglu.wire.scripts import SpeechView


async def speech_of(bus: Bus, script: Script) -> SpeechView:
    """How far it is; begins it where nobody has. ``UnavailableError`` without a worker."""
    return await bus.request("speech.prepare", SpeechRequest(script=script), SpeechView)


async def require_speech(bus: Bus, script: Script) -> None:
    """Every step can be heard; raises ``ScriptRefusedError`` naming the one that cannot."""
    speech = await speech_of(bus, script)
    if speech.state == "rendering":
        raise SpeechNotReadyError("the speech is being rendered", field="speech")
    if speech.state == "refused":
        step = speech.refused_step or "speech"
        because = speech.refused_because or "its speech cannot be rendered"
        raise ScriptRefusedError(f"{step}: {because}", field=step)
