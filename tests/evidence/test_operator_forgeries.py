"""An operator with the server's key changes a record and signs it again.

Every hash, journal, chain and the manifest's signature are made to fit. What is left are
the customer's own signature over the chain's head, and what follows from the timeline.
"""

from __future__ import annotations

import copy
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from shuanglu.errors import ConflictError
from shuanglu.evidence.assembly import NamedObject
from shuanglu.evidence.assertion import base64url
from shuanglu.evidence.statement import Statement, build_statement, parse_statement
from shuanglu.evidence.strokes import parse_strokes
from shuanglu.script.runner import RunPhase, fold
from shuanglu.script.verdict import judge
from shuanglu.timeline import events as ev
from shuanglu.timeline.chain import sha256_hex
from shuanglu.timeline.events import Event, EventDraft
from tests.evidence.authenticator import Authenticator, DeviceKeyHolder
from tests.evidence.packing import Sealed, draft_of, first_failure, relinked
from tests.evidence.performance import Performance
from tests.evidence.stretches import StretchMedia, synthetic_cluster

PERFORMED = Performance().whole()
BY_DEVICE_KEY = Performance(customer=DeviceKeyHolder()).whole()


def index_of(sealed: Sealed, kind: type[ev.Payload]) -> int:
    return next(n for n, event in enumerate(sealed.events) if isinstance(event.payload, kind))


def without(place: int) -> Callable[[list[EventDraft]], None]:
    def change(drafts: list[EventDraft]) -> None:
        drafts.pop(place)

    return change


def changed_payload(sealed: Sealed, kind: type[ev.Payload], **update: object) -> Sealed:
    place = index_of(sealed, kind)

    def change(drafts: list[EventDraft]) -> None:
        payload = drafts[place].payload.model_copy(update=update)
        drafts[place] = drafts[place].model_copy(update={"payload": payload})

    return sealed.with_events(change)


def statement_of(sealed: Sealed) -> Statement:
    place = next(named for named in sealed.objects if named.role == "statement")
    return parse_statement(sealed.objects[place])


def events_before_head(sealed: Sealed) -> int:
    return statement_of(sealed).timeline.seq


BEFORE_HEAD = events_before_head(Sealed.of(PERFORMED))


# --- before the customer's signature --------------------


@settings(max_examples=60, deadline=None)
@given(st.integers(1, BEFORE_HEAD - 1), st.integers(-400, 400).filter(bool))
def test_no_event_before_the_head_can_be_moved_in_time(place: int, ms: int) -> None:
    sealed = Sealed.of(PERFORMED)
    times = [event.recorded_at for event in sealed.events]
    times[place] += timedelta(milliseconds=ms)
    drafts = [draft_of(event) for event in sealed.events]
    forged = replace(sealed, events=relinked(PERFORMED.session_id, drafts, times))
    assert first_failure(forged.files()) in {(8, "statement_head"), (8, "statement_time")}


@settings(max_examples=60, deadline=None)
@given(st.integers(1, BEFORE_HEAD - 1))
def test_no_event_before_the_head_can_be_left_out(place: int) -> None:
    sealed = Sealed.of(PERFORMED)
    forged = sealed.with_events(without(place))
    step, _ = first_failure(forged.files())
    assert 0 < step <= 8


@settings(max_examples=60, deadline=None)
@given(st.integers(1, BEFORE_HEAD - 2))
def test_no_two_events_before_the_head_can_be_swapped(place: int) -> None:
    sealed = Sealed.of(PERFORMED)

    def swap(drafts: list[EventDraft]) -> None:
        drafts[place], drafts[place + 1] = drafts[place + 1], drafts[place]

    step, _ = first_failure(sealed.with_events(swap).files())
    assert 0 < step <= 8


@pytest.mark.parametrize(
    ("kind", "update"),
    [
        (ev.SessionCreated, {"product": "稳健二号"}),
        (ev.SessionCreated, {"customer_name": "李四"}),
        (ev.AnswerTapped, {"choice": "not-understood"}),
        (ev.AnswerHeard, {"speech_ms": 5}),
        (ev.StepFailed, {"reason": "customer_redo"}),
        (ev.ObservationChanged, {"value": "2"}),
        (ev.CredentialRegistered, {"origin": "https://elsewhere.example"}),
        (ev.DocumentRead, {"page_seen_ms": (9000, 9000)}),
        (ev.InvitationRedeemed, {"user_agent": "another phone"}),
    ],
)
def test_no_word_before_the_head_can_be_changed(
    kind: type[ev.Payload], update: dict[str, object]
) -> None:
    sealed = Sealed.of(PERFORMED)
    forged = changed_payload(sealed, kind, **update)
    assert forged.events != sealed.events
    assert first_failure(forged.files()) == (8, "statement_head")


def reissued(sealed: Sealed) -> Sealed:
    """The operator also writes the statement anew; the customer's signature stays what it is."""
    place = index_of(sealed, ev.StatementIssued)
    issued = sealed.events[place].payload
    assert isinstance(issued, ev.StatementIssued)
    statement = build_statement(
        sealed.script,
        sealed.events[:place],
        step_id=issued.step_id,
        attempt=issued.attempt,
        issued_at=sealed.events[place - 1].recorded_at,
    )
    objects = {n: data for n, data in sealed.objects.items() if n.role != "statement"}
    objects[NamedObject("statement", statement.sha256)] = statement.canonical
    forged = changed_payload(sealed, ev.StatementIssued, statement_sha256=statement.sha256)
    forged = changed_payload(forged, ev.ConfirmationSigned, statement_sha256=statement.sha256)
    return replace(forged, objects=objects)


@pytest.mark.parametrize(
    ("performance", "reason"), [(PERFORMED, "challenge"), (BY_DEVICE_KEY, "signature")]
)
def test_a_statement_written_anew_lacks_the_customers_signature(
    performance: Performance, reason: str
) -> None:
    sealed = Sealed.of(performance)
    forged = reissued(changed_payload(sealed, ev.SessionCreated, product="稳健二号"))
    assert first_failure(forged.files()) == (9, reason)


def test_a_statement_that_says_more_than_happened_is_found() -> None:
    """Even when the customer really signed it."""
    performance = copy.deepcopy(Performance())
    performance.join()
    performance.record()
    for step in performance.script.steps[:-1]:
        performance.step(step)
    last = performance.script.steps[-1]
    performance.begin(last, 1)
    performance.register()
    honest = build_statement(
        performance.script,
        performance.events,
        step_id=last.id,
        attempt=1,
        issued_at=performance.now,
    )
    item = honest.confirmed[0].model_copy(update={"what": "本产品保本"})
    forged = honest.model_copy(update={"confirmed": (item, *honest.confirmed[1:])})
    performance.keep(NamedObject("statement", forged.sha256), forged.canonical)
    performance.tell(ev.StatementIssued(step_id=last.id, attempt=1, statement_sha256=forged.sha256))
    performance.tell(performance.signed(forged))
    performance.complete(last.id, 1)
    performance.finish()
    assert first_failure(Sealed.of(performance).files()) == (8, "statement")


# --- media --------------------


def rerecorded(sealed: Sealed, number: int, change: Callable[[list[bytes]], object]) -> Sealed:
    """New clusters in a stretch, its journal and every event about it made to fit."""
    old = sealed.stretches[number]
    clusters = list(old.clusters)
    change(clusters)
    media = StretchMedia(old.number, old.start_ms)
    told: dict[int, ev.MediaStored] = {}
    for item in old.stored:
        told[item.segment] = _stored_again(media, clusters, item)
    ended_reason = next(
        e.payload.reason
        for e in sealed.events
        if isinstance(e.payload, ev.StretchEnded) and e.payload.stretch == old.number
    )

    def retell(drafts: list[EventDraft]) -> None:
        for place, draft in enumerate(drafts):
            payload: ev.Payload = draft.payload
            match payload:
                case ev.MediaStored(stretch=old.number, segment=segment):
                    payload = told[segment]
                case ev.StretchEnded(stretch=old.number):
                    payload = media.ended(ended_reason)
            drafts[place] = draft.model_copy(update={"payload": payload})

    stretches = [media if s is old else s for s in sealed.stretches]
    return replace(sealed.with_events(retell), stretches=stretches)


def _stored_again(
    media: StretchMedia, clusters: list[bytes], told: ev.MediaStored
) -> ev.MediaStored:
    before = len(media.clusters)
    for number in range(before, told.clusters):
        media.add(clusters[number], told.segment, number * 1000)
    data = media.segment(told.segment)
    again = told.model_copy(
        update={
            "stored_bytes": len(media.file),
            "head": media.head,
            "segment_sha256": sha256_hex(data),
            "segment_bytes": len(data),
        }
    )
    media.stored.append(again)
    return again


def test_the_forgers_tools_change_nothing_by_themselves() -> None:
    sealed = Sealed.of(PERFORMED)
    again = rerecorded(sealed, 0, list[bytes].copy)
    assert again.events == sealed.events
    assert first_failure(again.files()) == (0, "")


def test_media_before_the_signature_cannot_be_recorded_anew() -> None:
    def other(clusters: list[bytes]) -> None:
        clusters[0] = synthetic_cluster(99, 0)

    forged = rerecorded(Sealed.of(PERFORMED), 0, other)
    assert first_failure(forged.files()) == (8, "statement_head")


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 1), st.integers(0, 1 << 16), st.integers(0, 7))
def test_changed_media_alone_breaks_the_journal(number: int, place: int, bit: int) -> None:
    sealed = Sealed.of(PERFORMED)
    media = copy.deepcopy(sealed.stretches[number])
    which = place % len(media.clusters)
    data = bytearray(media.clusters[which])
    data[place % len(data)] ^= 1 << bit
    media.clusters[which] = bytes(data)
    stretches = [media if n == number else s for n, s in enumerate(sealed.stretches)]
    assert first_failure(replace(sealed, stretches=stretches).files()) == (6, "cluster")


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        (lambda m: m.clusters.pop(), "media_missing"),
        (lambda m: (m.clusters.pop(), m.entries.pop()), "stretch_end"),
        (lambda m: m.clusters.append(synthetic_cluster(7, 99_000)), "media_extra"),
        (lambda m: m.clusters.append(b"trailing"), "media_extra"),
        (lambda m: m.add(synthetic_cluster(7, 99_000), 99, 99_000), "journal"),
        (lambda m: m.clusters.reverse(), "cluster"),
        (lambda m: setattr(m, "header", m.header.replace(b"shuanglu", b"SHUANGLU")), "header"),
    ],
    ids=["cut", "cut-with-journal", "more", "garbage", "more-with-journal", "order", "header"],
)
def test_a_stretch_that_is_not_the_one_of_the_timeline_is_found(
    change: Callable[[StretchMedia], object], reason: str
) -> None:
    sealed = Sealed.of(PERFORMED)
    media = copy.deepcopy(sealed.stretches[0])
    change(media)
    forged = replace(sealed, stretches=[media, *sealed.stretches[1:]])
    assert first_failure(forged.files()) == (6, reason)


@pytest.mark.parametrize("field", ["start_ms", "end_ms", "sha256", "head", "segment", "offset"])
def test_a_journal_that_tells_otherwise_is_found(field: str) -> None:
    sealed = Sealed.of(PERFORMED)
    media = copy.deepcopy(sealed.stretches[0])
    entry = media.entries[1]
    value = getattr(entry, field)
    other = "ab" * 32 if isinstance(value, str) else value + 500
    media.entries[1] = entry.model_copy(update={field: other})
    forged = replace(sealed, stretches=[media, *sealed.stretches[1:]])
    assert first_failure(forged.files())[0] == 6


def test_a_stretch_left_out_whole_is_found() -> None:
    sealed = Sealed.of(PERFORMED)
    forged = replace(sealed, stretches=sealed.stretches[1:])
    assert first_failure(forged.files()) == (6, "stretches")


# --- after the customer's signature --------------------


def test_a_signature_by_another_key_is_found() -> None:
    sealed = Sealed.of(PERFORMED)
    statement = statement_of(sealed)
    other = Authenticator(credential_id=bytes(16))
    answer = other.get({"challenge": base64url(bytes.fromhex(statement.sha256))})["response"]
    forged = changed_payload(sealed, ev.ConfirmationSigned, signature=answer["signature"])
    assert first_failure(forged.files()) == (9, "signature")


def signed_with(**settings_: object) -> Sealed:
    """The customer's own key, but an authenticator that was lied to."""
    performance = Performance()
    assert isinstance(performance.customer, Authenticator)
    for name, value in settings_.items():
        setattr(performance.customer, name, value)
    return Sealed.of(performance.whole())


@pytest.mark.parametrize(
    ("settings_", "reason"),
    [
        ({"origin": "https://elsewhere.example"}, "origin"),
        ({"rp_id": "elsewhere.example"}, "relying_party"),
        ({"flags": 0x01}, "user_verification"),
        ({"flags": 0x04}, "user_presence"),
    ],
)
def test_an_assertion_for_another_place_or_without_a_person_is_found(
    settings_: dict[str, object], reason: str
) -> None:
    assert first_failure(signed_with(**settings_).files()) == (9, reason)


@pytest.mark.parametrize(
    ("update", "reason"),
    [
        ({"client_data_json": base64url(b"[]")}, "malformed"),
        ({"client_data_json": base64url(b'{"type":"webauthn.create"}')}, "assertion_type"),
        ({"client_data_json": "not base64url!"}, "malformed"),
        ({"authenticator_data": base64url(b"short")}, "malformed"),
        ({"authenticator_data": None}, "malformed"),
        ({"signature": base64url(b"\x30\x00")}, "signature"),
        ({"credential_id": "AAAA"}, "foreign_credential"),
        ({"statement_sha256": "00" * 32}, None),
    ],
)
def test_a_damaged_confirmation_is_found(update: dict[str, object], reason: str | None) -> None:
    forged = changed_payload(Sealed.of(PERFORMED), ev.ConfirmationSigned, **update)
    expected = (9, reason) if reason else (8, "statement_missing")
    assert first_failure(forged.files()) == expected


def test_a_confirmation_left_out_cannot_stay_complete() -> None:
    sealed = Sealed.of(PERFORMED)
    place = index_of(sealed, ev.ConfirmationSigned)
    forged = sealed.with_events(without(place))
    assert first_failure(forged.files()) == (10, "verdict")


@pytest.mark.parametrize(
    "update",
    [
        {"outcome": ev.Outcome.NEEDS_REVIEW},
        {"recorded_ms": 99_999},
        {"gap_ms": 0},
        {"missing": (ev.Missing(step_id="risk", reason="not_completed"),)},
    ],
)
def test_another_verdict_than_the_rules_give_is_found(update: dict[str, object]) -> None:
    forged = changed_payload(Sealed.of(PERFORMED), ev.VerdictGiven, **update)
    assert first_failure(forged.files()) == (10, "verdict")


def test_a_manifest_with_another_verdict_or_model_is_found() -> None:
    sealed = Sealed.of(PERFORMED)
    files = sealed.files()
    manifest = sealed.manifest()
    verdict = manifest.verdict.model_copy(update={"recorded_ms": 1})
    other = sealed.signed(files, manifest.model_copy(update={"verdict": verdict}))
    assert first_failure(other) == (10, "verdict")
    without = sealed.signed(files, manifest.model_copy(update={"models": ()}))
    assert first_failure(without) == (10, "models")


def test_an_event_appended_after_the_verdict_is_found() -> None:
    sealed = Sealed.of(PERFORMED)
    note = draft_of(sealed.events[1])
    forged = sealed.with_events(lambda drafts: drafts.append(note))
    assert forged.events[-1].payload == note.payload
    with pytest.raises(ConflictError, match="not closed"):
        forged.files()


# --- gaps and times --------------------


def unconfirmed() -> Sealed:
    """Without a confirmation the customer's signature guards nothing: the rules alone do."""
    performance = Performance()
    performance.join()
    performance.record()
    performance.step(performance.script.steps[0])
    performance.interrupt()
    performance.finish()
    return Sealed.of(performance)


def test_a_gap_that_is_not_told_is_found() -> None:
    sealed = unconfirmed()
    place = index_of(sealed, ev.MediaGap)
    forged = sealed.with_events(without(place))
    assert first_failure(forged.files()) == (11, "gap_untold")


@pytest.mark.parametrize("update", [{"from_ms": 1}, {"to_ms": 99_999}])
def test_a_gap_that_is_told_otherwise_is_found(update: dict[str, object]) -> None:
    forged = changed_payload(unconfirmed(), ev.MediaGap, **update)
    assert first_failure(forged.files()) == (11, "gap_untold")


def test_a_gap_where_there_is_media_is_found() -> None:
    sealed = unconfirmed()
    place = index_of(sealed, ev.MediaGap)
    forged = sealed.with_events(lambda drafts: drafts.insert(place, drafts[place]))
    assert first_failure(forged.files()) == (11, "gap_invented")


def retimed(sealed: Sealed, place: int, by: timedelta) -> Sealed:
    times = [event.recorded_at for event in sealed.events]
    times[place] += by
    drafts = [draft_of(event) for event in sealed.events]
    return replace(sealed, events=relinked(PERFORMED.session_id, drafts, times))


def test_time_that_steps_back_is_found() -> None:
    forged = retimed(unconfirmed(), 8, -timedelta(minutes=1))
    assert first_failure(forged.files()) == (12, "time_backwards")


def test_media_from_the_future_is_found() -> None:
    sealed = unconfirmed()
    place = index_of(sealed, ev.StepCompleted)

    def later(drafts: list[EventDraft]) -> None:
        drafts[place] = drafts[place].model_copy(update={"media_time_ms": 900_000})

    forged = sealed.with_events(later)
    judged = judge(forged.script, forged.events)
    forged = changed_payload(forged, ev.VerdictGiven, **dict(judged))
    assert first_failure(forged.files()) == (12, "media_time")


def test_sealing_before_the_end_is_found() -> None:
    sealed = Sealed.of(PERFORMED)
    early = sealed.events[-1].recorded_at - timedelta(seconds=1)
    manifest = sealed.manifest().model_copy(update={"sealed_at": early})
    assert first_failure(sealed.signed(sealed.files(), manifest)) == (12, "sealed_early")


# --- script and objects --------------------


def test_another_script_than_the_sessions_is_found() -> None:
    sealed = Sealed.of(PERFORMED)
    other = sealed.script.model_copy(update={"version": 2})
    assert first_failure(replace(sealed, script=other).files()) == (5, "script")


def test_a_step_that_the_script_does_not_have_is_found() -> None:
    forged = changed_payload(Sealed.of(PERFORMED), ev.StepBegun, step_id="invented")
    assert first_failure(forged.files()) == (5, "step")


def swapped_object(sealed: Sealed, role: str, data: bytes) -> Sealed:
    named = next(n for n in sealed.objects if n.role == role)
    objects = {n: d for n, d in sealed.objects.items() if n != named}
    objects[NamedObject(named.role, sha256_hex(data))] = data
    return replace(sealed, objects=objects)


@pytest.mark.parametrize("role", ["strokes", "statement", "prompt", "consent"])
def test_an_object_in_place_of_another_is_found(role: str) -> None:
    forged = swapped_object(Sealed.of(PERFORMED), role, b'{"other":true}')
    assert first_failure(forged.files()) == (7, "object_missing")


def test_an_object_that_nobody_named_is_found() -> None:
    sealed = Sealed.of(PERFORMED)
    data = b'"words"'
    objects = {**sealed.objects, NamedObject("consent", sha256_hex(data)): data}
    assert first_failure(replace(sealed, objects=objects).files()) == (7, "object_extra")


def test_strokes_of_another_session_are_found() -> None:
    sealed = Sealed.of(PERFORMED)
    named = next(n for n in sealed.objects if n.role == "strokes")
    strokes = parse_strokes(sealed.objects[named])
    other = strokes.model_copy(update={"session_id": "ses_OTHER"})
    forged = swapped_object(sealed, "strokes", other.canonical)
    forged = changed_payload(forged, ev.SignatureMade, strokes_sha256=other.sha256)
    assert first_failure(forged.files()) == (7, "strokes")


@pytest.mark.parametrize("update", [{"points": 99}, {"strokes": 9}])
def test_strokes_that_are_told_otherwise_are_found(update: dict[str, object]) -> None:
    forged = changed_payload(Sealed.of(PERFORMED), ev.SignatureMade, **update)
    assert first_failure(forged.files()) == (7, "strokes")


@pytest.mark.parametrize("update", [{"document_sha256": "ab" * 32}, {"pages": 9}])
def test_a_document_that_is_not_the_scripts_is_found(update: dict[str, object]) -> None:
    forged = changed_payload(Sealed.of(PERFORMED), ev.DocumentRead, **update)
    assert first_failure(forged.files()) == (7, "document")


def test_the_confirmation_step_stands_in_the_performance() -> None:
    """The forgeries above are worth something only because the honest record is complete."""
    state = fold(PERFORMED.script, PERFORMED.events)
    assert state.phase is RunPhase.CLOSED
    assert state.completed == {step.id for step in PERFORMED.script.steps}
    assert all(isinstance(event, Event) for event in PERFORMED.events)
