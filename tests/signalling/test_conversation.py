"""What a well-behaved phone sees: welcome, answers, notices, resume, a finished record."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from shuanglu.errors import ConflictError, InvalidInputError
from shuanglu.timeline import events as ev
from shuanglu.timeline.chain import verify_chain
from shuanglu.wire import signalling as wire
from shuanglu.wire.views import Receipt, SessionPhase
from tests.script.scripts import ORIGIN as STARTED_AT
from tests.script.scripts import ZERO_HASH, done, prompted
from tests.signalling.conftest import SESSION, Site, SiteMaker
from tests.signalling.far_end import live

INPUTS: list[dict[str, Any]] = [
    {
        "type": "device_checked",
        "microphone_peak_dbfs": -12,
        "loudspeaker_confirmed": True,
        "brightness": 0.5,
        "width_px": 720,
        "height_px": 1280,
    },
    {"type": "play_test_sound"},
    {
        "type": "prompt_proof",
        "step_id": "risk",
        "attempt": 1,
        "proof": {
            "packets_received": 50,
            "samples_emitted": 48000,
            "samples_concealed": 0,
            "audio_energy": 0.1,
            "element_paused": False,
            "element_muted": False,
            "element_volume": 1,
            "page_hidden_ms": 0,
        },
    },
    {"type": "answer_tap", "step_id": "ask", "attempt": 1, "choice": "yes"},
    {
        "type": "document_read",
        "step_id": "paper",
        "attempt": 1,
        "document_sha256": ZERO_HASH,
        "page_seen_ms": [1500],
    },
    {"type": "redo_step", "step_id": "ask", "attempt": 1},
    {"type": "ask_person"},
    {"type": "choose_display", "elder": True, "voice": "slow", "language": "zh-HK"},
    {"type": "hear_again", "step_id": "paper", "attempt": 1},
    {"type": "page_visibility", "hidden": True},
]


async def test_hello_is_answered_with_session_and_live_status(make_site: SiteMaker) -> None:
    ice = wire.IceServer(urls=("turn:turn.example:3478",), username="u", credential="c")
    site = await make_site(ice_servers=(ice,))
    welcome = await (await site.phone()).hello(site.token())
    assert welcome.session.session_id == SESSION
    assert welcome.session.customer_name_masked == "*三"
    assert welcome.ice_servers == (ice,)
    assert welcome.live == live(stored_ms=1234)
    assert welcome.connection_id.startswith("con_")


async def test_without_a_worker_the_status_comes_from_the_timeline(site: Site) -> None:
    await site.worker.stop()
    await site.timeline.commit(SESSION, [*done("risk"), *prompted("ask", 1)])
    status = (await (await site.phone()).hello(site.token())).live
    assert (status.step_no, status.step_count, status.stored_ms) == (2, 5, 120_000)
    assert not status.recording
    assert status.step is not None
    assert (status.step.id, len(status.step.choices), status.step.prompt.played) == ("ask", 2, True)
    assert not status.step.awaiting_customer


async def test_without_a_worker_the_page_is_shown_as_the_timeline_says(site: Site) -> None:
    changed = ev.DisplayChanged(
        mode=ev.DisplayMode.ELDER,
        voice=ev.VoiceSpeed.SLOW,
        language="zh-HK",
        by="birth_date",
        policy_version=1,
    )
    await site.worker.stop()
    await site.timeline.commit(SESSION, [changed])
    display = (await (await site.phone()).hello(site.token())).live.display
    assert (display.elder, display.voice, display.language) == (True, "slow", "zh-HK")
    assert set(type(display).model_fields) == {"elder", "voice", "language"}, "and never why"


async def test_an_offer_is_answered(site: Site) -> None:
    phone = await site.phone()
    welcome = await phone.hello(site.token())
    await phone.send("offer", sdp="v=0 offer")
    assert (await phone.receive(wire.Answer)).sdp == "v=0 answer"
    (offer,) = site.worker.offers
    assert (offer.session_id, offer.connection_id) == (SESSION, welcome.connection_id)
    assert offer.sdp == "v=0 offer"


@pytest.mark.parametrize("message", INPUTS, ids=lambda message: str(message["type"]))
async def test_what_the_customer_does_goes_to_the_worker(
    site: Site, message: dict[str, Any]
) -> None:
    phone = await site.phone()
    welcome = await phone.hello(site.token())
    await phone.socket.send_json(message)
    await phone.send("offer", sdp="the worker acts in order, so this answer comes after")
    await phone.receive(wire.Answer)
    (received,) = site.worker.inputs
    assert (received.session_id, received.connection_id) == (SESSION, welcome.connection_id)
    assert received.message.model_dump(mode="json") == message


async def test_pings_are_echoed_while_an_offer_is_being_answered(site: Site) -> None:
    phone = await site.phone()
    await phone.hello(site.token())
    site.worker.held.clear()
    await phone.send("offer", sdp="v=0")
    await phone.send("ping", sent_ms=12.5)
    assert (await phone.receive(wire.Pong)).sent_ms == 12.5
    site.worker.held.set()
    await phone.receive(wire.Answer)


async def test_messages_for_the_phone_arrive_in_order(site: Site) -> None:
    phone = await site.phone()
    await phone.hello(site.token())
    said: list[wire.ServerMessage] = [
        wire.PromptStartedNotice(step_id="risk", attempt=1, duration_ms=1000),
        wire.PromptEndedNotice(step_id="risk", attempt=1),
        wire.TestSoundStarted(duration_ms=500),
        wire.Live(status=live(stored_ms=2000)),
    ]
    for message in said:
        await site.worker.say(SESSION, message)
    assert [await phone.next() for _ in said] == said


async def test_messages_for_another_session_do_not_arrive(site: Site) -> None:
    phone = await site.phone()
    await phone.hello(site.token())
    await site.worker.say("ses_OTHER", wire.TestSoundStarted(duration_ms=1))
    await site.worker.say(SESSION, wire.TestSoundStarted(duration_ms=2))
    assert (await phone.receive(wire.TestSoundStarted)).duration_ms == 2


async def test_coming_and_going_is_in_the_timeline(site: Site) -> None:
    phone = await site.phone()
    welcome = await phone.hello(site.token())
    await site.timeline.until(SESSION, "customer.connected")
    await phone.socket.close()
    events = await site.timeline.until(SESSION, "customer.connected", "customer.disconnected")
    assert [event.payload for event in events[-2:]] == [
        ev.CustomerConnected(connection_id=welcome.connection_id),
        ev.CustomerDisconnected(connection_id=welcome.connection_id),
    ]
    await site.worker.until_left(welcome.connection_id)
    verify_chain([e.model_dump(mode="json") for e in events], session_id=SESSION)


async def test_coming_is_recorded_after_an_outage_of_the_timeline(site: Site) -> None:
    phone = await site.phone()
    append = site.timeline._subscriptions[0]
    await append.close()
    await phone.hello(site.token())
    await phone.send("ping", sent_ms=1)
    await phone.receive(wire.Pong)
    assert "customer.connected" not in site.timeline.types(SESSION)
    await site.timeline.stop()
    await site.timeline.start()
    await site.timeline.until(SESSION, "customer.connected")


async def test_the_newest_phone_wins(site: Site) -> None:
    older, newer = await site.phone(), await site.phone()
    first = await older.hello(site.token())
    await site.timeline.until(SESSION, "customer.connected")
    second = await newer.hello(site.token())
    assert (await older.receive(wire.Bye)).reason == "replaced"
    assert await older.ended() == 4001
    events = await site.timeline.until(
        SESSION, "customer.connected", "customer.disconnected", "customer.connected"
    )
    ids = [getattr(event.payload, "connection_id", None) for event in events[-3:]]
    assert ids == [first.connection_id, first.connection_id, second.connection_id]
    await site.worker.until_left(first.connection_id)
    await newer.send("offer", sdp="v=0")
    await newer.receive(wire.Answer)
    assert all(left.connection_id != second.connection_id for left in site.worker.left)


async def test_a_session_comes_back_on_a_new_connection(site: Site) -> None:
    phone = await site.phone()
    first = await phone.hello(site.token())
    await phone.socket.close()
    await site.timeline.until(SESSION, "customer.connected", "customer.disconnected")
    again = await site.phone()
    second = await again.hello(site.token())
    assert second.session == first.session
    assert second.connection_id != first.connection_id


@pytest.mark.parametrize(
    "error",
    [
        ConflictError("it is not the customer's turn now", field="step_id"),
        InvalidInputError("that is not SDP", field="sdp"),
    ],
)
@pytest.mark.parametrize("kind", ["offer", "ask_person"])
async def test_the_workers_refusal_reaches_the_phone(
    site: Site, error: ConflictError | InvalidInputError, kind: str
) -> None:
    phone = await site.phone()
    await phone.hello(site.token())
    site.worker.refuse_with = error
    await phone.send(kind, **({"sdp": "v=0"} if kind == "offer" else {}))
    refused = await phone.receive(wire.Refused)
    assert (refused.code, refused.field) == (error.code, error.field)
    assert (refused.detail, refused.in_reply_to) == (error.detail, kind)
    assert not refused.retryable


async def test_without_a_worker_an_offer_may_be_tried_again(site: Site) -> None:
    phone = await site.phone()
    await phone.hello(site.token())
    await site.worker.stop()
    await phone.send("offer", sdp="v=0")
    refused = await phone.receive(wire.Refused)
    assert (refused.code, refused.retryable) == ("unavailable", True)
    await site.worker.start()
    await phone.send("offer", sdp="v=0")
    await phone.receive(wire.Answer)


async def test_no_media_before_the_customer_agreed(site: Site) -> None:
    await site.timeline.commit(
        "ses_NEW", [ev.InvitationRedeemed(code_sha256=ZERO_HASH, user_agent="")]
    )
    phone = await site.phone()
    await phone.hello(site.token("ses_NEW"))
    await phone.send("offer", sdp="v=0")
    refused = await phone.receive(wire.Refused)
    assert (refused.code, refused.in_reply_to) == ("not_allowed", "offer")
    assert site.worker.offers == []


@pytest.mark.parametrize("told", [True, False], ids=["told", "told only of the second"])
async def test_consent_given_while_connected_opens_the_media(site: Site, *, told: bool) -> None:
    """Where the event itself is missed, the gap in ``seq`` is seen and read."""
    new = "ses_NEW"
    await site.timeline.commit(new, [ev.InvitationRedeemed(code_sha256=ZERO_HASH, user_agent="")])
    phone = await site.phone()
    await phone.hello(site.token(new))
    await site.timeline.until(new, "customer.connected")
    consents = [
        ev.ConsentRecorded(kind=kind, granted=True, text_sha256=ZERO_HASH)
        for kind in ev.ConsentKind
    ]
    await site.timeline.commit(new, consents[:1], tell=told)
    await site.timeline.commit(new, consents[1:])
    await site.worker.say(new, wire.TestSoundStarted(duration_ms=1))
    await phone.receive(wire.TestSoundStarted)
    for _ in range(20):
        await phone.send("offer", sdp="v=0")
        if isinstance(await phone.next(), wire.Answer):
            return
    pytest.fail("the consent never arrived")


async def test_a_finished_record_can_be_read_and_not_added_to(site: Site) -> None:
    missing = (ev.Missing(step_id="sign", reason="face_missing"),)
    await site.timeline.commit(
        SESSION,
        [
            ev.VerdictGiven(
                outcome=ev.Outcome.NEEDS_REVIEW,
                not_evaluated=missing,
                recorded_ms=120_500,
                gap_ms=0,
            )
        ],
    )
    site.timeline.receipts[SESSION] = Receipt(
        record_number="SL-20261123-7KQ2M9XB",
        manifest_sha256=ZERO_HASH,
        sealed_at=STARTED_AT,
        outcome=ev.Outcome.NEEDS_REVIEW,
        recorded_ms=120_500,
        verify_url="https://record.example/v/SL-20261123-7KQ2M9XB",
        verify_qr_svg="<svg/>",
    )
    before = site.timeline.types(SESSION)
    phone = await site.phone()
    welcome = await phone.hello(site.token())
    assert welcome.session.phase is SessionPhase.SEALED
    assert (welcome.live.phase, welcome.live.stored_ms) == ("closed", 120_500)
    verdict = (await phone.receive(wire.Verdict)).verdict
    assert (verdict.outcome, verdict.not_evaluated) == (ev.Outcome.NEEDS_REVIEW, missing)
    sealed = await phone.receive(wire.Sealed)
    assert sealed.receipt == site.timeline.receipts[SESSION]
    await phone.send("offer", sdp="v=0")
    refused = await phone.receive(wire.Refused)
    assert (refused.code, refused.retryable) == ("timeline_closed", False)
    assert site.worker.offers == []
    assert site.timeline.types(SESSION) == before


async def test_the_server_says_goodbye_when_it_stops(site: Site) -> None:
    phone = await site.phone()
    await phone.hello(site.token())
    await site.timeline.until(SESSION, "customer.connected")
    stopping = asyncio.create_task(site.client.server.close())
    assert (await phone.receive(wire.Bye)).reason == "server_stopping"
    assert await phone.ended() == 1001
    await stopping
    assert site.timeline.types(SESSION)[-1] == "customer.disconnected"


async def test_another_process_can_end_the_connection(site: Site) -> None:
    phone = await site.phone()
    await phone.hello(site.token())
    await site.worker.say(SESSION, wire.Bye(reason="closed"))
    assert (await phone.receive(wire.Bye)).reason == "closed"
    assert await phone.ended() == 1000
