"""Part of step 10: card, faces, challenges and words agree with themselves, and came in order.

Does not prove that a model measured rightly: the pictures and the sound are in the record,
and the models are named.
"""

from __future__ import annotations

from shuanglu.evidence.check import fail, require
from shuanglu.evidence.findings import Findings
from shuanglu.rules.identity import number_is_sound
from shuanglu.timeline import events as ev
from shuanglu.timeline.events import FaceOutcome

CLOCK_SLACK_MS = 2000
"""Between the word of a moment and the time that the event was given."""


def check_person(findings: Findings) -> None:
    """Raise ``CheckFailedError`` for what contradicts itself."""
    _check_faces(findings)
    _check_cards(findings)
    _check_challenges(findings)
    _check_words(findings)


def _check_faces(findings: Findings) -> None:
    """An outcome follows from score and thresholds; nothing measured is never "same"."""
    for event, face in findings.payloads(ev.FaceCompared):
        follows = face.outcome is _outcome_of(face)
        require(follows, "face", f"event {event.seq} draws the wrong conclusion from its score")


def _outcome_of(face: ev.FaceCompared) -> FaceOutcome:
    if face.score is None:
        return FaceOutcome.NOT_EVALUATED
    if face.score >= face.same_from:
        return FaceOutcome.SAME
    return FaceOutcome.OTHER if face.score < face.other_below else FaceOutcome.UNSURE


def _check_cards(findings: Findings) -> None:
    """What was confirmed is what was read, or is told to be corrected."""
    read: dict[tuple[str, int], ev.IdentityRead] = {}
    for event in findings.events:
        match event.payload:
            case ev.IdentityRead(side=ev.CardSide.FRONT) as found:
                read[found.step_id, found.attempt] = found
            case ev.IdentityConfirmed() as said:
                before = read.get((said.step_id, said.attempt))
                if before is None:
                    fail("card", f"event {event.seq} confirms a card that was not read")
                changed = (said.name != before.name, said.number != before.number)
                told = ("name" in said.corrected, "number" in said.corrected)
                require(changed == told, "card", f"event {event.seq} hides a correction")
                sound = bool(said.failed_checks) or number_is_sound(said.number)
                require(sound, "card", f"event {event.seq} passes a number that cannot be")


def _check_challenges(findings: Findings) -> None:
    """Drawn, then performed, then judged, under one number and kind."""
    drawn: dict[tuple[str, int, int], ev.Event] = {}
    performed: set[tuple[str, int, int]] = set()
    for event in findings.events:
        match event.payload:
            case ev.LivenessChallenged() as told:
                of = (told.step_id, told.attempt, told.challenge)
                require(of not in drawn, "challenge", f"event {event.seq} draws a number twice")
                drawn[of] = event
            case ev.LivenessPerformed() as told:
                of = (told.step_id, told.attempt, told.challenge)
                _check_performed(event, told, drawn.get(of))
                performed.add(of)
            case ev.LivenessJudged() | ev.LivenessDeclined() as told:
                of = (told.step_id, told.attempt, told.challenge)
                same = of in drawn and getattr(drawn[of].payload, "kind", None) is told.kind
                require(same, "challenge", f"event {event.seq} ends a challenge never drawn")
                passed = getattr(told, "outcome", None) is ev.ChallengeOutcome.PASSED
                shown = not passed or of in performed
                require(shown, "challenge", f"event {event.seq} passes what was never shown")


def _check_performed(event: ev.Event, told: ev.LivenessPerformed, drawn: ev.Event | None) -> None:
    if drawn is None:
        fail("challenge", f"event {event.seq} performs a challenge never drawn")
    begun = told.from_ms + CLOCK_SLACK_MS >= (drawn.media_time_ms or 0)
    in_order = told.from_ms <= told.to_ms and all(at_ms >= 0 for at_ms in told.shown_ms)
    require(begun and in_order, "challenge", f"event {event.seq} was shown before it was drawn")


def _check_words(findings: Findings) -> None:
    """The words of an answer were recognised, and stand in the timeline."""
    spoken = {
        said.text
        for _, said in findings.payloads(ev.SpeechRecognised)
        if said.evaluated and said.speaker is ev.Speaker.CUSTOMER
    }
    for event, judged in findings.payloads(ev.AnswerJudged):
        heard = judged.words is None or judged.words in spoken
        require(heard, "words", f"event {event.seq} tells words that were never recognised")
