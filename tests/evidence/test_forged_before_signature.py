"""Changed before the customer signed: the statement's chain head no longer fits."""

from __future__ import annotations

import copy
from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from shuanglu.evidence.assembly import NamedObject
from shuanglu.evidence.statement import build_statement
from shuanglu.timeline import events as ev
from shuanglu.timeline.events import EventDraft
from tests.evidence.forging import (
    BEFORE_HEAD,
    BY_DEVICE_KEY,
    PERFORMED,
    changed_payload,
    index_of,
    without,
)
from tests.evidence.packing import Sealed, draft_of, first_failure, relinked
from tests.evidence.performance import Performance


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
