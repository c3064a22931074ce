"""Changed cards, faces, challenges and words, signed again by the server's key.

Without a confirmation, so that only the rules guard them: the customer's own signature would
give every one of these forgeries away already.
"""

from __future__ import annotations

import pytest

from shuanglu.evidence.statement import Statement
from shuanglu.script.verdict import judge
from shuanglu.timeline import events as ev
from shuanglu.timeline.chain import sha256_hex
from tests.evidence.forging import PERFORMED, changed_payload, index_of, statement_of, without
from tests.evidence.packing import Sealed, first_failure
from tests.evidence.performance import CARD_NUMBER, Performance
from tests.evidence.test_forged_objects_and_times import swapped_object


def unconfirmed() -> Sealed:
    performance = Performance()
    performance.join()
    performance.record()
    for step in performance.script.steps[:-1]:
        performance.step(step)
    performance.finish()
    return Sealed.of(performance)


def judged_again(sealed: Sealed) -> Sealed:
    return changed_payload(sealed, ev.VerdictGiven, **dict(judge(sealed.script, sealed.events)))


def test_the_honest_one_verifies() -> None:
    assert first_failure(unconfirmed().files()) == (0, "")


FORGERIES: list[tuple[type[ev.Payload], dict[str, object], str]] = [
    (ev.FaceCompared, {"score": 0.1}, "face"),
    (ev.FaceCompared, {"score": None}, "face"),
    (ev.FaceCompared, {"outcome": ev.FaceOutcome.OTHER}, "face"),
    (ev.FaceCompared, {"same_from": 0.7}, "face"),
    (ev.IdentityRead, {"number": "110105194912310038"}, "card"),
    (ev.IdentityConfirmed, {"name": "李四"}, "card"),
    (ev.IdentityConfirmed, {"corrected": ("name",)}, "card"),
    (ev.IdentityConfirmed, {"number": CARD_NUMBER[:-1] + "1", "corrected": ("number",)}, "card"),
    (ev.LivenessChallenged, {"challenge": 2}, "challenge"),
    (ev.LivenessChallenged, {"kind": ev.ChallengeKind.FLASH}, "challenge"),
    (ev.LivenessPerformed, {"from_ms": 0}, "challenge"),
    (ev.LivenessPerformed, {"shown_ms": (-1, 400)}, "challenge"),
    (ev.LivenessPerformed, {"challenge": 2}, "challenge"),
    (ev.LivenessJudged, {"challenge": 9}, "challenge"),
    (ev.AnswerJudged, {"words": "不清楚"}, "words"),
    (ev.SpeechRecognised, {"text": "不清楚"}, "words"),
    (ev.SpeechRecognised, {"evaluated": False}, "words"),
]


@pytest.mark.parametrize(("kind", "update", "reason"), FORGERIES)
def test_a_changed_fact_is_found(
    kind: type[ev.Payload], update: dict[str, object], reason: str
) -> None:
    forged = judged_again(changed_payload(unconfirmed(), kind, **update))
    assert first_failure(forged.files()) == (10, reason)


@pytest.mark.parametrize("kind", [ev.LivenessChallenged, ev.LivenessPerformed, ev.IdentityRead])
def test_a_fact_that_is_left_out_is_found(kind: type[ev.Payload]) -> None:
    sealed = unconfirmed()
    forged = judged_again(sealed.with_events(without(index_of(sealed, kind))))
    reason = "card" if kind is ev.IdentityRead else "challenge"
    assert first_failure(forged.files()) == (10, reason)


@pytest.mark.parametrize("kind", [ev.FaceCompared, ev.LivenessJudged, ev.IdentityConfirmed])
def test_a_verdict_that_no_longer_follows_is_found(kind: type[ev.Payload]) -> None:
    sealed = unconfirmed()
    forged = sealed.with_events(without(index_of(sealed, kind)))
    assert first_failure(forged.files()) == (10, "verdict")


def test_a_model_that_is_not_named_is_found() -> None:
    sealed = unconfirmed()
    manifest = sealed.manifest()
    fewer = manifest.model_copy(update={"models": manifest.models[1:]})
    assert first_failure(sealed.signed(sealed.files(), fewer)) == (10, "models")


def test_a_card_that_is_no_picture_is_found() -> None:
    data = b"<svg onload=x>"
    forged = swapped_object(unconfirmed(), "card", data)
    update = {"still_sha256": sha256_hex(data), "still_bytes": len(data)}
    forged = changed_payload(forged, ev.IdentityCaptured, **update)
    assert first_failure(forged.files()) == (7, "card")


def test_a_card_of_another_size_is_found() -> None:
    forged = changed_payload(unconfirmed(), ev.IdentityCaptured, still_bytes=1)
    assert first_failure(forged.files()) == (7, "card")


@pytest.mark.parametrize(
    ("kind", "update"),
    [
        (ev.IdentityCaptured, {"at_ms": 900_000}),
        (ev.FaceCompared, {"at_ms": 900_000}),
        (ev.LivenessPerformed, {"to_ms": 900_000}),
        (ev.SpeechRecognised, {"to_ms": 900_000}),
    ],
)
def test_what_was_seen_or_heard_in_the_future_is_found(
    kind: type[ev.Payload], update: dict[str, object]
) -> None:
    forged = judged_again(changed_payload(unconfirmed(), kind, **update))
    assert first_failure(forged.files()) == (12, "media_time")


def test_the_customer_signs_who_was_there_and_what_was_said() -> None:
    statement: Statement = statement_of(Sealed.of(PERFORMED))
    by_step = {item.step_id: item for item in statement.confirmed}
    identity, liveness = by_step["identity"], by_step["liveness"]
    assert (identity.name, identity.number_masked) == ("王小明", "110***********002X")
    assert identity.face is ev.FaceOutcome.SAME
    assert liveness.challenges_passed == (ev.ChallengeKind.GESTURES, ev.ChallengeKind.DIGITS)
    assert by_step["not-a-deposit"].answer_words == "清楚"
    assert CARD_NUMBER.encode() not in statement.canonical
