from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from datetime import timedelta

import pytest

from backing.bus.in_process import InProcessBus
from server.alerts.folding import AlertDeadlines, AlertFolding
from server.scripts.library import ScriptLibrary
from server.sessions.views import SessionViewRepository
from server.storage.engine import Database
from server.timeline.announcer import Announcer
from server.timeline.ledger import Ledger
from server.timeline.projector import Projector
from server.timeline.repository import TimelineRepository
from server.timeline.service import TimelineService
from shuanglu.clock import ManualClock
from shuanglu.errors import (
    ConflictError,
    InvalidInputError,
    NotFoundError,
    StaleEpochError,
    TimelineClosedError,
    TooLargeError,
)
from shuanglu.session_state import fold_session, summary_of
from shuanglu.timeline import events as ev
from shuanglu.timeline.chain import verify_chain
from shuanglu.wire.bus import Committed
from tests.server.stage import FIRST_STAFF_ID, demo_script

SESSION = "ses_00000000000000000001"


def _service(url: str, clock: ManualClock, bus: InProcessBus) -> tuple[Database, TimelineService]:
    database, scripts, announcer = Database(url), ScriptLibrary(), Announcer(bus)
    alerts = AlertFolding(bus, AlertDeadlines(1800, 7200))
    ledger = Ledger(clock, Projector(scripts), alerts, announcer, max_events=100)
    return database, TimelineService(database, ledger, scripts, announcer)


def _created() -> ev.EventDraft:
    script = demo_script()
    payload = ev.SessionCreated(
        institution=script.institution,
        product="稳健一号",
        product_code="WJ001",
        customer_name="欧阳修文",
        script_id=script.id,
        script_version=script.version,
        script_sha256=script.sha256,
        created_by="admin",
    )
    return ev.EventDraft(actor=ev.Actor.STAFF, payload=payload)


def _connected(number: int) -> ev.EventDraft:
    payload = ev.CustomerConnected(connection_id=f"con_{number:012d}")
    return ev.EventDraft(actor=ev.Actor.SYSTEM, payload=payload)


def _verdict() -> ev.EventDraft:
    payload = ev.VerdictGiven(outcome=ev.Outcome.INCOMPLETE, recorded_ms=0, gap_ms=0)
    return ev.EventDraft(actor=ev.Actor.SYSTEM, payload=payload)


@pytest.fixture
def bus() -> InProcessBus:
    return InProcessBus()


@pytest.fixture
async def database(database_url: str, clock: ManualClock) -> AsyncIterator[Database]:
    """With one session that has an empty timeline."""
    database = Database(database_url)
    async with database.write() as unit:
        await TimelineRepository(unit.session).create(
            SESSION,
            script_id="bank-wealth-demo",
            script_version=demo_script().version,
            created_by=FIRST_STAFF_ID,
            at=clock.now(),
        )
    yield database
    await database.close()


@pytest.fixture
async def timeline(
    database: Database,  # noqa: ARG001 - makes the session
    database_url: str,
    clock: ManualClock,
    bus: InProcessBus,
) -> AsyncIterator[TimelineService]:
    own, service = _service(database_url, clock, bus)
    await service.append(SESSION, [_created()])
    yield service
    await service.close()
    await own.close()


def _chain_holds(events: tuple[ev.Event, ...]) -> str:
    return verify_chain([e.model_dump(mode="json") for e in events], session_id=SESSION)


async def test_events_come_back_as_they_were_committed(
    timeline: TimelineService, database_url: str, clock: ManualClock, bus: InProcessBus
) -> None:
    committed = await timeline.append(SESSION, [_connected(1), _connected(2)])
    clock.advance(ms=1)
    more = await timeline.append(SESSION, [_connected(3)])
    other, elsewhere = _service(database_url, clock, bus)
    found = await elsewhere.read(SESSION)
    assert found[1:] == (*committed, *more)
    assert _chain_holds(found) == more[0].hash
    assert await elsewhere.read(SESSION, after_seq=3) == more
    await other.close()


async def test_fifty_appends_from_several_connections_keep_sequence_and_chain(
    timeline: TimelineService, database_url: str, clock: ManualClock, bus: InProcessBus
) -> None:
    async with AsyncExitStack() as stack:
        services = []
        for _ in range(4):
            database, service = _service(database_url, clock, bus)
            stack.push_async_callback(database.close)
            services.append(service)
        appends = [
            services[n % 4].append(SESSION, [_connected(n), _connected(n + 1000)])
            for n in range(50)
        ]
        answers = await asyncio.gather(*appends)
        events = await timeline.read(SESSION)
        loaded = await timeline.load(SESSION)
    assert len(events) == 101
    _chain_holds(events)
    assert all(second.seq == first.seq + 1 for first, second in answers)
    script = demo_script()
    assert summary_of(script, SESSION, fold_session(script, events)) == summary_of(
        script, SESSION, loaded.state
    )


async def test_the_list_row_is_the_fold_of_the_timeline(
    timeline: TimelineService, database: Database
) -> None:
    await timeline.append(SESSION, [_connected(1)])
    await timeline.append(SESSION, [_verdict()])
    script = demo_script()
    expected = summary_of(script, SESSION, fold_session(script, await timeline.read(SESSION)))
    async with database.read() as session:
        assert await SessionViewRepository(session).get(SESSION) == expected


async def test_after_the_verdict_nothing_is_appended(timeline: TimelineService) -> None:
    with pytest.raises(TimelineClosedError):
        await timeline.append(SESSION, [_verdict(), _connected(1)])
    assert len(await timeline.read(SESSION)) == 1, "all or none"
    await timeline.append(SESSION, [_verdict()])
    with pytest.raises(TimelineClosedError):
        await timeline.append(SESSION, [_connected(1)])
    assert len(await timeline.read(SESSION)) == 2


async def test_a_worker_that_lost_the_session_is_fenced_off(timeline: TimelineService) -> None:
    first = await timeline.claim(SESSION)
    second = await timeline.claim(SESSION)
    assert second == first + 1
    with pytest.raises(StaleEpochError):
        await timeline.append(SESSION, [_connected(1)], epoch=first)
    await timeline.append(SESSION, [_connected(2)], epoch=second)
    await timeline.append(SESSION, [_connected(3)])
    assert (await timeline.load(SESSION)).epoch == second
    assert len(await timeline.read(SESSION)) == 3


async def test_an_append_whose_answer_was_lost_is_committed_once(
    timeline: TimelineService,
) -> None:
    first = await timeline.append(SESSION, [_connected(1), _connected(2)], append_id="a1")
    await timeline.append(SESSION, [_connected(9)])
    again = await timeline.append(SESSION, [_connected(1), _connected(2)], append_id="a1")
    assert again == first
    await timeline.append(SESSION, [_connected(3)], append_id="a2")
    assert len(await timeline.read(SESSION)) == 5


async def test_media_time_counts_from_the_beginning_of_the_recording(
    timeline: TimelineService, clock: ManualClock
) -> None:
    (before,) = await timeline.append(SESSION, [_connected(1)])
    started = ev.RecordingStarted(origin=clock.now() - timedelta(milliseconds=250))
    draft = ev.EventDraft(actor=ev.Actor.SYSTEM, payload=started)
    (begun,) = await timeline.append(SESSION, [draft])
    clock.advance(ms=1000)
    given = _connected(2).model_copy(update={"media_time_ms": 7})
    filled, kept = await timeline.append(SESSION, [_connected(3), given])
    assert [e.media_time_ms for e in (before, begun, filled, kept)] == [None, 250, 1250, 7]
    with pytest.raises(ConflictError):
        await timeline.append(SESSION, [draft])


async def test_what_is_committed_is_announced_in_order_and_what_failed_is_not(
    timeline: TimelineService, bus: InProcessBus
) -> None:
    heard: asyncio.Queue[ev.Event] = asyncio.Queue()

    async def hear(message: Committed) -> None:
        await heard.put(message.event)

    subscription = await bus.subscribe(f"timeline.{SESSION}", Committed, hear)
    with pytest.raises(TimelineClosedError):
        await timeline.append(SESSION, [_verdict(), _connected(1)])
    events = await timeline.append(SESSION, [_connected(1), _connected(2)])
    async with asyncio.timeout(5):
        assert [await heard.get(), await heard.get()] == list(events)
    assert heard.empty()
    await subscription.close()


async def test_what_is_refused_takes_no_other_of_the_same_commit_with_it(
    timeline: TimelineService,
) -> None:
    epoch = await timeline.claim(SESSION)
    outcomes = await asyncio.gather(
        timeline.append(SESSION, [_connected(1)]),
        timeline.append(SESSION, [_connected(2)], epoch=epoch - 1),
        timeline.append("ses_none", [_connected(3)]),
        timeline.append(SESSION, []),
        timeline.append(SESSION, [_connected(4)], epoch=epoch),
        return_exceptions=True,
    )
    kinds = [type(outcome) for outcome in outcomes]
    assert kinds == [tuple, StaleEpochError, NotFoundError, InvalidInputError, tuple]
    events = await timeline.read(SESSION)
    assert len(events) == 3
    _chain_holds(events)


async def test_a_fault_in_one_append_leaves_the_others_standing(
    timeline: TimelineService,
) -> None:
    unstorable = ev.EventDraft(
        actor=ev.Actor.SYSTEM, payload=ev.CustomerConnected(connection_id="\ud800")
    )
    good, bad, other = await asyncio.gather(
        timeline.append(SESSION, [_connected(1)]),
        timeline.append(SESSION, [unstorable]),
        timeline.append(SESSION, [_connected(2)]),
        return_exceptions=True,
    )
    assert isinstance(good, tuple)
    assert isinstance(other, tuple)
    assert isinstance(bad, Exception)
    events = await timeline.read(SESSION)
    assert len(events) == 3
    _chain_holds(events)


async def test_an_append_whose_caller_gave_up_is_committed_all_the_same(
    timeline: TimelineService,
) -> None:
    given_up = asyncio.create_task(timeline.append(SESSION, [_connected(1)]))
    await asyncio.sleep(0)
    given_up.cancel()
    await timeline.append(SESSION, [_connected(2)])
    assert len(await timeline.read(SESSION)) == 3
    await timeline.close()


async def test_a_bus_that_is_away_does_not_undo_what_is_committed(
    timeline: TimelineService, bus: InProcessBus
) -> None:
    await bus.close()
    await timeline.append(SESSION, [_connected(1)])
    await timeline.append(SESSION, [_connected(2)])
    assert len(await timeline.read(SESSION)) == 3


async def test_limits_and_unknown_sessions(timeline: TimelineService) -> None:
    with pytest.raises(InvalidInputError):
        await timeline.append(SESSION, [])
    await timeline.append(SESSION, [_connected(n) for n in range(100)])
    with pytest.raises(TooLargeError):
        await timeline.append(SESSION, [_connected(n) for n in range(101)])
    for act in (
        timeline.append("ses_none", [_connected(1)]),
        timeline.read("ses_none"),
        timeline.load("ses_none"),
        timeline.claim("ses_none"),
    ):
        with pytest.raises(NotFoundError):
            await act
