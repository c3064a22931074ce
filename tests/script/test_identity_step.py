"""The identity step: side by side, confirmed, compared; refused, unsure or not evaluated."""

from __future__ import annotations

from typing import Literal

import pytest

from shuanglu.script.moments import moment_of
from shuanglu.script.runner import (
    Append,
    CaptureCard,
    CompareFace,
    RunPhase,
    RunState,
    decide,
    fold,
)
from shuanglu.script.verdict import judge
from shuanglu.timeline import events as ev
from tests.script.scripts import (
    card_confirmed,
    card_shown,
    chained,
    compared,
    done,
    opening,
    prompted,
    small_script,
    whole_history,
)

SCRIPT = small_script()
BEFORE = opening() + [p for step in ("risk", "ask", "paper", "sign") for p in done(step)]
FRONT, BACK = ev.CardSide.FRONT, ev.CardSide.BACK
SHOWN = [*card_shown("card", 1, FRONT), *card_shown("card", 1, BACK)]


def in_turn(*payloads: ev.Payload) -> RunState:
    return fold(SCRIPT, chained([*BEFORE, *prompted("card", 1), *payloads]))


def test_each_side_is_asked_for_then_the_customer_then_the_face() -> None:
    assert decide(SCRIPT, in_turn()) == CaptureCard("card", 1, FRONT)
    half_read = in_turn(card_shown("card", 1, FRONT)[0])
    assert decide(SCRIPT, half_read) == CaptureCard("card", 1, FRONT)
    assert decide(SCRIPT, in_turn(*SHOWN[:2])) == CaptureCard("card", 1, BACK)
    assert decide(SCRIPT, in_turn(*SHOWN)) is None
    confirmed = (*SHOWN, card_confirmed("card", 1))
    assert decide(SCRIPT, in_turn(*confirmed)) == CompareFace("card", 1)
    done_with = in_turn(*confirmed, compared("card", 1, "card"))
    assert done_with.phase is RunPhase.JUDGING
    assert decide(SCRIPT, done_with) == Append(ev.StepCompleted(step_id="card", attempt=1))


def test_nothing_is_confirmed_or_compared_before_its_turn() -> None:
    early = in_turn(card_confirmed("card", 1), compared("card", 1, "card"), *SHOWN)
    assert early.turn.card.confirmed is None
    assert early.turn.card.face is None
    assert early.phase is RunPhase.AWAITING


@pytest.mark.parametrize(("meanwhile", "moment"), [("card", "card"), (None, "prompt")])
def test_while_a_card_may_be_held_up_it_hides_the_face(
    meanwhile: Literal["card"] | None, moment: str
) -> None:
    """Records from before that did not allow it are read as they were."""
    begun, started, *_ = prompted("card", 1)
    assert isinstance(started, ev.PromptStarted)
    asked = started.model_copy(update={"meanwhile": meanwhile})
    state = fold(SCRIPT, chained([*BEFORE, begun, asked]))
    assert moment_of(SCRIPT, state) == {moment}
    after = fold(SCRIPT, chained([*BEFORE, begun, asked, *done("card")[2:], *done("alive")[:2]]))
    assert moment_of(SCRIPT, after) == {"prompt"}


REFUSED = Append(ev.StepFailed(step_id="card", attempt=1, reason="identity_refused"))


@pytest.mark.parametrize("checks", [("name_differs",), ("not_evaluated", "expired")])
def test_a_failed_check_refuses_without_asking_for_the_face(checks: tuple[str, ...]) -> None:
    assert decide(SCRIPT, in_turn(*SHOWN, card_confirmed("card", 1, checks))) == REFUSED


def test_an_expired_back_side_refuses_though_the_front_was_confirmed() -> None:
    shown = [*SHOWN[:2], *card_shown("card", 1, BACK, ("expired",))]
    assert decide(SCRIPT, in_turn(*shown, card_confirmed("card", 1))) == REFUSED


def test_the_portrait_of_another_person_refuses() -> None:
    other = compared("card", 1, "card", "other")
    state = in_turn(*SHOWN, card_confirmed("card", 1), other)
    assert decide(SCRIPT, state) == REFUSED
    failed = fold(SCRIPT, chained([REFUSED.payload]), state)
    assert failed.counted_failures == {"card": ("identity_refused",)}


def test_a_retake_begins_anew_and_uses_up_nothing() -> None:
    redo = ev.StepFailed(step_id="card", attempt=1, reason="customer_redo")
    state = in_turn(*SHOWN, redo)
    assert state.counted_failures == {}
    again = ev.StepBegun(step_id="card", attempt=2)
    assert decide(SCRIPT, state) == Append(again)
    assert fold(SCRIPT, chained(prompted("card", 2)), state).turn.card.read == {}


def changed(payload: ev.Payload, kind: type[ev.Payload], **update: object) -> ev.Payload:
    mine = isinstance(payload, kind) and getattr(payload, "step_id", None) == "card"
    return payload.model_copy(update=update) if mine else payload


@pytest.mark.parametrize(
    ("kind", "update", "reason"),
    [
        (ev.FaceCompared, {"outcome": ev.FaceOutcome.UNSURE}, "identity_unsure"),
        (ev.FaceCompared, {"outcome": ev.FaceOutcome.NOT_EVALUATED}, "identity_not_evaluated"),
        (ev.IdentityRead, {"failed_checks": ("not_evaluated",)}, "identity_not_evaluated"),
        (ev.IdentityConfirmed, {"failed_checks": ("not_evaluated",)}, "identity_not_evaluated"),
        (ev.IdentityConfirmed, {"corrected": ("number",)}, "identity_corrected"),
    ],
)
def test_what_is_not_sure_completes_for_a_person_to_look_at(
    kind: type[ev.Payload], update: dict[str, object], reason: str
) -> None:
    verdict = judge(SCRIPT, chained([changed(p, kind, **update) for p in whole_history()]))
    assert verdict.outcome is ev.Outcome.NEEDS_REVIEW
    assert verdict.not_evaluated == (ev.Missing(step_id="card", reason=reason),)
