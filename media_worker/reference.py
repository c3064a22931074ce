"""The session's reference face: enrolled once, kept encrypted, used again after a crash.

Stage: beside the session. The template leaves this process only encrypted, and never
enters a record (REG-28, REG-29). It compares nothing itself.
"""

from __future__ import annotations

import asyncio
import base64
from collections.abc import Callable
from typing import Protocol

import structlog

from backing.bus import Bus
from backing.keys import TemplateCipher
from media_worker.observe.pool import FaceTemplate
from shuanglu.errors import ShuangluError
from shuanglu.wire.bus import Done, TemplateKeep, TemplateLoad, TemplatePurpose, TemplateReply

PURPOSE: TemplatePurpose = "reference"
ENROL_TIMEOUT_S = 10.0
RETRY_S = 1.0

_log = structlog.get_logger(__name__)


class Faces(Protocol):
    """Where faces are seen."""

    async def enrol(self, timeout_s: float) -> FaceTemplate | None:
        """Make the face before the camera the session's reference."""
        ...

    def use_reference(self, template: FaceTemplate) -> None:
        """Compare with this face from now on."""
        ...


class ReferenceFace:
    """Finds the reference of one session, or makes it."""

    def __init__(
        self,
        session_id: str,
        *,
        bus: Bus,
        cipher: TemplateCipher,
        faces: Faces,
        on_air: Callable[[], bool],
    ) -> None:
        self._session_id = session_id
        self._bus = bus
        self._cipher = cipher
        self._faces = faces
        self._on_air = on_air

    async def establish(self) -> None:
        """Use the kept one, or enrol and keep one; goes on trying while there is no face."""
        kept = await self._kept()
        if kept is not None:
            self._faces.use_reference(kept)
            return
        while True:
            made = await self._faces.enrol(ENROL_TIMEOUT_S) if self._on_air() else None
            if made is not None:
                await self._keep(made)
                return
            await asyncio.sleep(RETRY_S)

    async def _kept(self) -> FaceTemplate | None:
        request = TemplateLoad(session_id=self._session_id, purpose=PURPOSE)
        try:
            reply = await self._bus.request("template.load", request, TemplateReply)
        except ShuangluError as error:
            _log.warning("face template not loaded", code=error.code)
            return None
        if reply.ciphertext_b64 is None:
            return None
        sealed = base64.b64decode(reply.ciphertext_b64)
        try:
            vector = await self._cipher.decrypt(self._session_id, PURPOSE, sealed)
        except ShuangluError as error:
            _log.error("face template not readable", code=error.code)
            return None
        return FaceTemplate(vector=vector, model_sha256=reply.model_sha256 or "")

    async def _keep(self, made: FaceTemplate) -> None:
        sealed = await self._cipher.encrypt(self._session_id, PURPOSE, made.vector)
        request = TemplateKeep(
            session_id=self._session_id,
            purpose=PURPOSE,
            ciphertext_b64=base64.b64encode(sealed).decode(),
            model_sha256=made.model_sha256,
        )
        try:
            await self._bus.request("template.keep", request, Done)
        except ShuangluError as error:
            # Continuity still holds in this life of the worker; after a crash it is unknown.
            _log.warning("face template not kept", code=error.code)
