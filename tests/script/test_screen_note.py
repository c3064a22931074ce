"""A session whose screen was not recorded says so in its verdict; older ones stay as they are."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from shuanglu.errors import InvalidInputError
from shuanglu.rules.screen import ScreenPolicy, screen_note, shipped_screen
from shuanglu.script.verdict import judge
from shuanglu.timeline import events as ev
from tests.script.scripts import ZERO_HASH, chained, small_script, whole_history

SCRIPT = small_script()
POLICY = shipped_screen()


def history(*more: ev.Payload, version: int | None = 1) -> Sequence[ev.Event]:
    """The whole history, of a session under that policy, and what is told of its screen."""
    created = ev.SessionCreated(
        institution="演示银行",
        product="稳健一号",
        product_code="WJ001",
        customer_name="王小明",
        script_id=SCRIPT.id,
        script_version=SCRIPT.version,
        script_sha256=SCRIPT.sha256,
        created_by="admin",
        screen_policy_version=version,
    )
    return chained([created, *whole_history(), *more])


def piece(number: int, from_ms: int, to_ms: int) -> ev.ScreenStored:
    return ev.ScreenStored(
        piece=number,
        begins=number == 1,
        from_ms=from_ms,
        to_ms=to_ms,
        events=1,
        piece_sha256=ZERO_HASH,
        piece_bytes=1,
        stored_bytes=number,
    )


def step_times() -> list[int]:
    events = history()
    return [e.media_time_ms or 0 for e in events if isinstance(e.payload, ev.StepBegun)]


FIRST_MS, LAST_MS = step_times()[0], step_times()[-1]


def test_without_a_piece_the_verdict_stands_and_says_so() -> None:
    verdict = judge(SCRIPT, history(ev.ScreenUnavailable(reason="not_supported")))
    assert verdict.outcome is ev.Outcome.COMPLETE
    assert verdict.notes == (ev.ScreenNote.NOT_RECORDED,)


def test_with_the_whole_screen_there_is_nothing_to_say() -> None:
    verdict = judge(SCRIPT, history(piece(1, FIRST_MS, LAST_MS)))
    assert verdict.notes is None
    assert "notes" not in verdict.model_dump()


@pytest.mark.parametrize(
    "told",
    [
        (piece(1, FIRST_MS + POLICY.begins_within_ms + 1, LAST_MS + 60_000),),
        (piece(1, FIRST_MS, LAST_MS - POLICY.ended_within_ms - 1),),
        (
            piece(1, FIRST_MS, FIRST_MS + 1000),
            ev.ScreenGap(from_ms=0, to_ms=POLICY.most_gap_ms + 1, reason="pieces_lost"),
            piece(2, LAST_MS, LAST_MS),
        ),
    ],
)
def test_what_is_missing_at_the_beginning_the_end_or_between_is_told(
    told: tuple[ev.Payload, ...],
) -> None:
    assert judge(SCRIPT, history(*told)).notes == (ev.ScreenNote.PARTLY_RECORDED,)


def test_a_session_from_before_the_policy_keeps_the_verdict_that_it_had() -> None:
    verdict = judge(SCRIPT, history(version=None))
    assert verdict.notes is None
    assert "screen_policy_version" not in history(version=None)[0].payload.model_dump()


def test_a_stricter_policy_lets_a_person_look() -> None:
    strict = ScreenPolicy.model_validate({**POLICY.model_dump(), "not_recorded": "review"})
    assert screen_note(history(), strict) is ev.ScreenNote.NOT_RECORDED
    assert strict.weight(ev.ScreenNote.NOT_RECORDED) == "review"
    assert strict.weight(ev.ScreenNote.PARTLY_RECORDED) == "note"


def test_a_policy_of_the_future_is_refused_not_guessed() -> None:
    with pytest.raises(InvalidInputError):
        judge(SCRIPT, history(version=99))


def test_nothing_is_said_of_a_session_that_never_began() -> None:
    told = [each for each in history() if not isinstance(each.payload, ev.StepBegun)]
    assert screen_note(told, POLICY) is None
