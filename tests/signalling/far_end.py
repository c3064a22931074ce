"""The far end of the bus: a timeline and a worker, as small as the protocol allows."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable

from backing.bus import InProcessBus, Subscription
from shuanglu.clock import SystemClock
from shuanglu.errors import NotFoundError, ShuangluError, TimelineClosedError
from shuanglu.script.runner import RunPhase
from shuanglu.timeline import events as ev
from shuanglu.timeline.chain import GENESIS_HASH, link
from shuanglu.timeline.events import Actor, Event, EventDraft, VerdictGiven
from shuanglu.wire import bus as wire
from shuanglu.wire.signalling import ServerMessage
from shuanglu.wire.views import CustomerSession, LiveStatus, Receipt, SessionPhase
from tests.script.scripts import small_script


class TimelineFarEnd:
    """Holds chained timelines in memory and publishes what it commits, as the server does."""

    def __init__(self, bus: InProcessBus) -> None:
        self._bus = bus
        self._subscriptions: list[Subscription] = []
        self.timelines: dict[str, list[Event]] = {}
        self.receipts: dict[str, Receipt] = {}
        self.committed = asyncio.Condition()

    async def start(self) -> None:
        self._subscriptions = [
            await self._bus.serve("timeline.append", wire.AppendRequest, self._append),
            await self._bus.serve("timeline.read", wire.ReadRequest, self._read),
            await self._bus.serve("session.load", wire.LoadRequest, self._load),
        ]

    async def stop(self) -> None:
        subscriptions, self._subscriptions = self._subscriptions, []
        for subscription in subscriptions:
            await subscription.close()

    async def commit(
        self, session_id: str, payloads: Iterable[ev.Payload], *, tell: bool = True
    ) -> None:
        """Append as any process may; without ``tell`` the events are not published."""
        drafts = (
            EventDraft.model_validate({"actor": Actor.SYSTEM, "payload": payload})
            for payload in payloads
        )
        for event in self._link(session_id, drafts):
            if tell:
                await self._bus.publish(f"timeline.{session_id}", wire.Committed(event=event))

    def types(self, session_id: str) -> list[str]:
        return [event.payload.type for event in self.timelines[session_id]]

    async def until(self, session_id: str, *types: str) -> list[Event]:
        """Wait until the timeline ends with these types."""

        def reached() -> bool:
            return self.types(session_id)[-len(types) :] == list(types)

        async with asyncio.timeout(5), self.committed:
            await self.committed.wait_for(reached)
        return self.timelines[session_id]

    def _link(self, session_id: str, drafts: Iterable[EventDraft]) -> list[Event]:
        timeline = self.timelines.setdefault(session_id, [])
        added = []
        for draft in drafts:
            event = link(
                draft,
                session_id=session_id,
                seq=len(timeline) + 1,
                prev_hash=timeline[-1].hash if timeline else GENESIS_HASH,
                recorded_at=SystemClock().now(),
            )
            timeline.append(event)
            added.append(event)
        return added

    async def _append(self, request: wire.AppendRequest) -> wire.AppendReply:
        timeline = self._timeline(request.session_id)
        if any(isinstance(event.payload, VerdictGiven) for event in timeline):
            raise TimelineClosedError("the timeline is closed")
        added = self._link(request.session_id, request.drafts)
        for event in added:
            await self._bus.publish(f"timeline.{request.session_id}", wire.Committed(event=event))
        async with self.committed:
            self.committed.notify_all()
        return wire.AppendReply(events=tuple(added))

    async def _read(self, request: wire.ReadRequest) -> wire.ReadReply:
        timeline = self._timeline(request.session_id)
        return wire.ReadReply(events=tuple(timeline[request.after_seq :]))

    async def _load(self, request: wire.LoadRequest) -> wire.LoadReply:
        return wire.LoadReply(
            session_id=request.session_id,
            epoch=0,
            script=small_script(with_person=False),
            events=tuple(self._timeline(request.session_id)),
            customer=self._customer(request.session_id),
        )

    def _timeline(self, session_id: str) -> list[Event]:
        if session_id not in self.timelines:
            raise NotFoundError("there is no such session")
        return self.timelines[session_id]

    def _customer(self, session_id: str) -> CustomerSession:
        script = small_script(with_person=False)
        receipt = self.receipts.get(session_id)
        return CustomerSession(
            session_id=session_id,
            institution=script.institution,
            product="稳健一号",
            product_code="WJ-1",
            customer_name_masked="*三",
            script_title=script.title,
            step_titles=tuple(step.title for step in script.steps),
            estimated_minutes=script.estimated_minutes,
            retention_years=script.retention_years,
            minimum_assurance=script.minimum_assurance,
            consent_recording=True,
            consent_face=True,
            phase=SessionPhase.JOINED if receipt is None else SessionPhase.SEALED,
            receipt=receipt,
        )


class WorkerFarEnd:
    """Answers as a media worker does, and remembers what it was asked."""

    def __init__(self, bus: InProcessBus) -> None:
        self._bus = bus
        self._subscriptions: list[Subscription] = []
        self.offers: list[wire.OfferRequest] = []
        self.inputs: list[wire.InputRequest] = []
        self.left: list[wire.Left] = []
        self.someone_left = asyncio.Condition()
        self.refuse_with: ShuangluError | None = None
        self.held = asyncio.Event()
        self.held.set()

    async def start(self) -> None:
        self._subscriptions = [
            await self._bus.serve("media.offer", wire.OfferRequest, self._offer),
            await self._bus.serve("media.input", wire.InputRequest, self._input),
            await self._bus.serve("media.status", wire.StatusRequest, self._status),
            await self._bus.subscribe("media.left", wire.Left, self._left),
        ]

    async def stop(self) -> None:
        subscriptions, self._subscriptions = self._subscriptions, []
        for subscription in subscriptions:
            await subscription.close()

    async def say(self, session_id: str, message: ServerMessage) -> None:
        await self._bus.publish(f"phone.{session_id}", wire.ToPhone(message=message))

    async def until_left(self, connection_id: str) -> None:
        def has_left() -> bool:
            return any(left.connection_id == connection_id for left in self.left)

        async with asyncio.timeout(5), self.someone_left:
            await self.someone_left.wait_for(has_left)

    async def _offer(self, request: wire.OfferRequest) -> wire.OfferReply:
        await self.held.wait()
        if self.refuse_with is not None:
            raise self.refuse_with
        self.offers.append(request)
        return wire.OfferReply(sdp="v=0 answer")

    async def _input(self, request: wire.InputRequest) -> wire.Done:
        await self.held.wait()
        if self.refuse_with is not None:
            raise self.refuse_with
        self.inputs.append(request)
        return wire.Done()

    async def _status(self, _: wire.StatusRequest) -> wire.StatusReply:
        return wire.StatusReply(live=live(stored_ms=1234))

    async def _left(self, message: wire.Left) -> None:
        self.left.append(message)
        async with self.someone_left:
            self.someone_left.notify_all()


def live(*, stored_ms: int) -> LiveStatus:
    return LiveStatus(
        phase=RunPhase.WAITING,
        recording=True,
        stored_ms=stored_ms,
        step_no=1,
        step_count=5,
        step=None,
        guidance=(),
    )
