"""A signature that must be legible: what the verdict makes of what was read, or was not."""

from __future__ import annotations

import pytest

from shuanglu.script.model import Script, parse_script
from shuanglu.script.verdict import judge
from shuanglu.timeline import events as ev
from tests.script.scripts import chained, legibility, small_script, whole_history


def script() -> Script:
    whole = small_script().model_dump(mode="json")
    steps = [
        {**step, "legible": True} if step["kind"] == "signature" else step
        for step in whole["steps"]
    ]
    return parse_script({**whole, "steps": steps})


def verdict(outcome: ev.Legibility | None, *, of_other_strokes: bool = False) -> ev.VerdictGiven:
    """Of a whole history with that judgement right before the signature."""
    history: list[ev.Payload] = []
    for payload in whole_history():
        if isinstance(payload, ev.SignatureMade) and outcome is not None:
            strokes = "f" * 64 if of_other_strokes else payload.strokes_sha256
            of = (payload.step_id, payload.attempt, outcome)
            history.append(legibility(*of, strokes_sha256=strokes))
        history.append(payload)
    return judge(script(), chained(history))


def test_a_legible_name_makes_the_record_complete() -> None:
    assert verdict(ev.Legibility.LEGIBLE).outcome is ev.Outcome.COMPLETE


@pytest.mark.parametrize(
    ("outcome", "reason"),
    [
        (ev.Legibility.NOT_EVALUATED, "signature_not_evaluated"),
        (ev.Legibility.UNSURE, "signature_unsure"),
        (None, "signature_not_evaluated"),
    ],
)
def test_what_was_not_read_for_sure_is_looked_at_by_a_person(
    outcome: ev.Legibility | None, reason: str
) -> None:
    given = verdict(outcome)
    assert given.outcome is ev.Outcome.NEEDS_REVIEW
    assert ev.Missing(step_id="sign", reason=reason) in given.not_evaluated


def test_a_judgement_of_other_strokes_counts_for_nothing() -> None:
    given = verdict(ev.Legibility.LEGIBLE, of_other_strokes=True)
    assert ev.Missing(step_id="sign", reason="signature_not_evaluated") in given.not_evaluated


@pytest.mark.parametrize("outcome", [ev.Legibility.ILLEGIBLE, ev.Legibility.OTHER_NAME])
def test_a_completion_forged_over_an_illegible_name_is_none(outcome: ev.Legibility) -> None:
    assert verdict(outcome).outcome is ev.Outcome.INCOMPLETE


def test_scripts_that_do_not_ask_keep_their_hash_and_their_verdict() -> None:
    assert "legible" not in str(small_script().model_dump(mode="json"))
    assert judge(small_script(), chained(whole_history())).outcome is ev.Outcome.COMPLETE
