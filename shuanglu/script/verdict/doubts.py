"""What could not be told for sure: a person looks at it, and the record is never "complete".

Stage: inside the verdict. A doubt belongs to the latest attempt at a step and goes with it.
"""

from __future__ import annotations

from collections.abc import Sequence

from shuanglu.script.model import IdentityStep, LivenessStep, Script, SignatureStep
from shuanglu.script.runner import Challenges, RunState
from shuanglu.script.verdict.watched import blind_time, is_watched, severe_alerts
from shuanglu.timeline import events as ev
from shuanglu.timeline.events import FaceOutcome, Legibility

IDENTITY_UNSURE = "identity_unsure"
IDENTITY_NOT_EVALUATED = "identity_not_evaluated"
SIGNATURE_NOT_EVALUATED = "signature_not_evaluated"
_UNREAD = frozenset({"not_evaluated", "unreadable"})
"""A machine could not read that side, so its checks could not be made."""
_PURPOSES = {
    "question": "answer",
    "consent": "answer",
    "summary": "answer",
    "signature": "signature",
}
"""Kinds of step at whose end the face must be compared, and the purpose that is given."""


def doubts(script: Script, state: RunState, events: Sequence[ev.Event]) -> list[ev.Missing]:
    """Every doubt once, in script order, then by reason."""
    standing = _Standing(script)
    for event in events:
        standing.take(event.payload)
    found = {
        *standing.doubts(),
        *_between_steps(script, events),
        *severe_alerts(script, events),
        *blind_time(script, state, events),
    }
    place = {step.id: number for number, step in enumerate(script.steps)}
    return sorted(found, key=lambda doubt: (place[doubt.step_id], doubt.reason))


class _Standing:
    """The doubts of each step's latest attempt."""

    def __init__(self, script: Script) -> None:
        self._script = script
        self._watched = is_watched(script)
        self._reasons: dict[str, set[str]] = {}
        self._compared: dict[str, set[str]] = {}
        self._challenges: dict[str, Challenges] = {}
        self._handwriting: dict[str, ev.SignatureJudged] = {}
        self._strokes: dict[str, str] = {}

    def doubts(self) -> list[ev.Missing]:
        """What is left at the end."""
        return [
            ev.Missing(step_id=step_id, reason=reason)
            for step_id, reasons in self._reasons.items()
            for reason in reasons
        ]

    def take(self, payload: ev.Payload) -> None:
        """One event later."""
        match payload:
            case ev.StepBegun(step_id=step_id):
                self._reasons[step_id] = set()
                self._compared[step_id] = set()
                self._challenges[step_id] = Challenges()
                self._handwriting.pop(step_id, None)
                self._strokes.pop(step_id, None)
            case ev.StepCompleted(step_id=step_id):
                self._complete(step_id)
            case ev.AnswerJudged(step_id=step_id, basis="tap_voice_not_evaluated"):
                self._doubt(step_id, "voice_not_evaluated")
            case ev.SignatureJudged(step_id=step_id):
                self._handwriting[step_id] = payload
            case ev.SignatureMade(step_id=step_id, face=face, strokes_sha256=sha256):
                self._strokes[step_id] = sha256
                if face == "not_evaluated" and isinstance(
                    self._script.step(step_id), SignatureStep
                ):
                    self._doubt(step_id, "face_not_evaluated")
            case _:
                self._take_person(payload)

    def _take_person(self, payload: ev.Payload) -> None:
        match payload:
            case ev.IdentityRead(step_id=step_id, failed_checks=failed):
                if _UNREAD.intersection(failed):
                    self._doubt(step_id, IDENTITY_NOT_EVALUATED)
            case ev.IdentityConfirmed(step_id=step_id, failed_checks=failed, corrected=corrected):
                if _UNREAD.intersection(failed):
                    self._doubt(step_id, IDENTITY_NOT_EVALUATED)
                if corrected:
                    self._doubt(step_id, "identity_corrected")
            case ev.FaceCompared(step_id=str() as step_id) as face:
                self._compare(step_id, face)
            case (
                ev.LivenessChallenged(step_id=step_id)
                | ev.LivenessPerformed(step_id=step_id)
                | ev.LivenessDeclined(step_id=step_id)
                | ev.LivenessJudged(step_id=step_id)
            ):
                before = self._challenges.get(step_id, Challenges())
                self._challenges[step_id] = before.after(payload)

    def _compare(self, step_id: str, face: ev.FaceCompared) -> None:
        self._compared.setdefault(step_id, set()).add(face.purpose)
        if face.outcome is FaceOutcome.UNSURE:
            self._doubt(step_id, IDENTITY_UNSURE)
        if face.outcome is FaceOutcome.NOT_EVALUATED and (self._watched or face.purpose == "card"):
            self._doubt(step_id, IDENTITY_NOT_EVALUATED)

    def _complete(self, step_id: str) -> None:
        """What should have been checked by now, and was not."""
        step, compared = self._script.step(step_id), self._compared.get(step_id, set())
        purpose = _PURPOSES.get(step.kind)
        match step:
            case IdentityStep(match_face=True):
                purpose = "card"
            case SignatureStep(legible=True):
                self._read(step_id)
            case LivenessStep(passes=passes):
                challenges = self._challenges.get(step_id, Challenges())
                if not challenges.are_sure(passes):
                    self._doubt(step_id, "liveness_not_evaluated")
        if self._watched and purpose is not None and purpose not in compared:
            self._doubt(step_id, IDENTITY_NOT_EVALUATED)

    def _read(self, step_id: str) -> None:
        """Only what was read counts as legible: a judgement of other strokes is none."""
        judged = self._handwriting.get(step_id)
        is_of_these = judged is not None and judged.strokes_sha256 == self._strokes.get(step_id)
        if judged is None or not is_of_these or judged.outcome is Legibility.NOT_EVALUATED:
            self._doubt(step_id, SIGNATURE_NOT_EVALUATED)
        elif judged.outcome is not Legibility.LEGIBLE:
            self._doubt(step_id, "signature_unsure")

    def _doubt(self, step_id: str, reason: str) -> None:
        self._reasons.setdefault(step_id, set()).add(reason)


def _between_steps(script: Script, events: Sequence[ev.Event]) -> list[ev.Missing]:
    """Another face, or an unsure one, that belongs to no step: told at the last one."""
    return [
        ev.Missing(
            step_id=script.steps[-1].id,
            reason="other_face" if face.outcome is FaceOutcome.OTHER else IDENTITY_UNSURE,
        )
        for event in events
        if isinstance(face := event.payload, ev.FaceCompared)
        and face.step_id is None
        and face.outcome in {FaceOutcome.OTHER, FaceOutcome.UNSURE}
    ]
