"""The identity desk: the card before the camera, read, checked, confirmed, compared.

Stage: beside the director, for steps of the kind identity. The card is taken from the
running stream, and may be held up while the speech still asks for it; it goes into the record
once that speech was heard. What was read goes there and to the customer, never into a log.
"""

from __future__ import annotations

from contextlib import ExitStack
from dataclasses import dataclass, replace
from datetime import date
from typing import Literal

from media_worker.direct.card_watch import CardWatch, ReadSide, WatchState
from media_worker.direct.stage import Face, Stage
from shuanglu.errors import ConflictError, InvalidInputError
from shuanglu.rules.display import is_elder, shipped_display
from shuanglu.rules.identity import (
    ADULT_YEARS,
    YOUNGEST_YEARS,
    CardFields,
    check_card,
    face_outcome,
    masked_number,
    number_is_sound,
    shipped_identity,
)
from shuanglu.script.model import IdentityStep
from shuanglu.script.runner import CaptureCard, CompareFace, RunPhase
from shuanglu.timeline import events as ev
from shuanglu.timeline.events import Actor
from shuanglu.wire.signalling import IdentityConfirm, IdentityRetake
from shuanglu.wire.views import IdentityView

COMPARE_TIMEOUT_S = 8.0
NOT_EVALUATED = "not_evaluated"

State = WatchState | Literal["confirm", "comparing"]


@dataclass(frozen=True, slots=True)
class _Seen:
    """What the desk knows of the card in the attempt that is going on."""

    of: tuple[str, int]
    fields: CardFields | None = None
    portrait: Face | None = None
    failed_checks: tuple[str, ...] = ()


class IdentityDesk:
    """Takes one session's identity."""

    def __init__(self, stage: Stage) -> None:
        self._stage = stage
        self._policy = shipped_identity()
        self._display_policy = shipped_display()
        self._seen = _Seen(of=("", 0))
        self._state: State = "aim"
        self._side = ev.CardSide.FRONT
        self._watch = CardWatch(stage, self._watched)

    # --- what the script asks for --------------------------------------------------------

    def watch_early(self, step: IdentityStep, attempt: int) -> None:
        """The card may be held up while the speech still asks for it."""
        self._watch.begin((step.id, attempt), step.sides)

    def watch_ends(self) -> None:
        """Nobody will take what the watch finds."""
        self._watch.stop()

    async def capture(self, action: CaptureCard) -> None:
        """Watch for the card until a good still of that side is stored and read."""
        of = (action.step_id, action.attempt)
        if self._seen.of != of:
            self._seen = _Seen(of=of)
        self._watch.begin(of, self._sides_from(action))
        with ExitStack() as given_up:
            given_up.callback(self._watch.stop)
            await self._store(action, await self._watch.found(action.side))
            given_up.pop_all()

    def _sides_from(self, action: CaptureCard) -> tuple[ev.CardSide, ...]:
        """That side and those after it."""
        step = self._stage.script.step(action.step_id)
        sides = step.sides if isinstance(step, IdentityStep) else (action.side,)
        return sides[sides.index(action.side) :]

    async def _store(self, action: CaptureCard, found: ReadSide) -> None:
        still, text, fields = found.still, found.text, found.fields
        sha256 = await self._stage.keep(still.jpeg, content_type="image/jpeg")
        step = {"step_id": action.step_id, "attempt": action.attempt, "side": action.side}
        failed = self._checked(fields) if text is not None else (NOT_EVALUATED,)
        captured = ev.IdentityCaptured.model_validate(
            {
                **step,
                "at_ms": still.at_ms,
                "still_sha256": sha256,
                "still_bytes": len(still.jpeg),
                "sharpness": still.sharpness,
                "glare_share": still.glare_share,
            }
        )
        read = ev.IdentityRead.model_validate(
            {
                **step,
                "name": fields.name,
                "number": fields.number,
                "sex": fields.sex,
                "birth_date": fields.birth_date,
                "valid_from": fields.valid_from,
                "valid_until": fields.valid_until,
                "confidence": fields.confidence,
                "failed_checks": failed,
                "model_sha256": text.model_sha256 if text else None,
            }
        )
        if action.side is ev.CardSide.FRONT:
            self._seen = replace(self._seen, fields=fields, portrait=still.portrait)
        self._seen = replace(self._seen, failed_checks=(*self._seen.failed_checks, *failed))
        await self._stage.append(Actor.SYSTEM, captured, read)
        if self._side_due(action.step_id) is None:
            self._show("confirm")

    async def compare(self, action: CompareFace) -> None:
        """Compare the card's portrait with the live face, 1:1.

        A card that is still held before the face is not compared with itself: it is waited for
        the face of this session, and without it nothing was evaluated.
        """
        self._show("comparing")
        portrait = (
            self._seen.portrait if self._seen.of == (action.step_id, action.attempt) else None
        )
        score = None
        if portrait is not None:
            score = await self._stage.senses.compare(
                portrait, own_from=self._policy.same_from, timeout_s=COMPARE_TIMEOUT_S
            )
        compared = ev.FaceCompared(
            purpose="card",
            step_id=action.step_id,
            attempt=action.attempt,
            at_ms=self._stage.now_ms(),
            score=score,
            same_from=self._policy.same_from,
            other_below=self._policy.other_below,
            outcome=face_outcome(score, self._policy),
            policy_version=self._policy.version,
            model_sha256=self._stage.face_sha256,
        )
        await self._stage.append(Actor.SYSTEM, compared)

    # --- what the customer says -----------------------------------------------------------

    async def confirm(self, message: IdentityConfirm) -> None:
        """The customer's word on what was read; raises naming the field that is wrong."""
        self._require_turn(message.step_id, message.attempt)
        fields = self._seen.fields
        if fields is None or self._side_due(message.step_id) is not None:
            raise ConflictError("the card was not read yet, on every side", field="step_id")
        name = _first(message.name, fields.name, field="name")
        number = _first(message.number, fields.number, field="number").upper()
        if not number_is_sound(number):
            raise InvalidInputError("the number's check digit is wrong", field="number")
        confirmed = replace(fields, name=name, number=number)
        corrected = tuple(
            field
            for field, new, read in (("name", name, fields.name), ("number", number, fields.number))
            if new != read
        )
        payload = ev.IdentityConfirmed.model_validate(
            {
                "step_id": message.step_id,
                "attempt": message.attempt,
                "name": name,
                "number": number,
                "corrected": corrected,
                "failed_checks": self._checked(confirmed),
            }
        )
        await self._stage.append(Actor.CUSTOMER, payload)
        await self._show_as_an_elder_likes(number)

    async def _show_as_an_elder_likes(self, number: str) -> None:
        """Turn elder mode on for an elder (REG-33), unless the customer turned it off before."""
        shown, policy = self._stage.display, self._display_policy
        if shown.is_elder or shown.declined or not is_elder(number, self._today(), policy):
            return
        changed = ev.DisplayChanged(
            mode=ev.DisplayMode.ELDER,
            voice=ev.VoiceSpeed.SLOW,
            language=shown.language,
            by="birth_date",
            policy_version=policy.version,
        )
        await self._stage.append(Actor.SYSTEM, changed)

    async def retake(self, message: IdentityRetake) -> None:
        """The customer wants the card captured again: another attempt, beside this one."""
        self._require_turn(message.step_id, message.attempt)
        failed = ev.StepFailed(
            step_id=message.step_id, attempt=message.attempt, reason="customer_redo"
        )
        await self._stage.append(Actor.CUSTOMER, failed)

    # --- the phone's view -------------------------------------------------------------------

    def view(self) -> IdentityView:
        """Where the capture stands."""
        fields = self._seen.fields
        shown = self._state == "confirm" and fields is not None
        return IdentityView(
            side=self._side,
            state=self._state,
            hint=self._stage.senses.card_hint if self._state == "aim" else None,
            name=fields.name if shown and fields else None,
            number_masked=masked_number(fields.number) if shown and fields else None,
            failed_checks=self._seen.failed_checks if shown else (),
        )

    def step_begins(self) -> None:
        """Another attempt: nothing of the one before is shown."""
        self._watch.stop()
        self._state = "aim"

    def _show(self, state: State) -> None:
        self._state = state
        self._stage.changed()

    def _watched(self, side: ev.CardSide, state: WatchState) -> None:
        self._side = side
        self._show(state)

    def _require_turn(self, step_id: str, attempt: int) -> None:
        state = self._stage.state
        if (state.phase, state.step_id, state.attempt) != (RunPhase.AWAITING, step_id, attempt):
            raise ConflictError("another step or attempt is going on", field="step_id")
        if not isinstance(self._stage.script.step(step_id), IdentityStep):
            raise ConflictError("no card is awaited", field="step_id")

    def _side_due(self, step_id: str) -> ev.CardSide | None:
        step = self._stage.script.step(step_id)
        card = self._stage.state.turn.card
        return card.side_due(step) if isinstance(step, IdentityStep) else None

    def _checked(self, fields: CardFields) -> tuple[str, ...]:
        return check_card(
            fields,
            expected_name=self._expected_name(),
            today=self._today(),
            youngest_years=self._youngest_years(),
        )

    def _youngest_years(self) -> int:
        """A minor may go on only where the script has something to ask of minors."""
        tells_minors_apart = any(
            step.when is not None and step.when.concerns_younger_than(ADULT_YEARS)
            for step in self._stage.script.steps
        )
        return YOUNGEST_YEARS if tells_minors_apart else ADULT_YEARS

    def _expected_name(self) -> str:
        created = self._stage.events[0].payload
        return created.customer_name if isinstance(created, ev.SessionCreated) else ""

    def _today(self) -> date:
        return self._stage.events[-1].recorded_at.date()


def _first(given: str | None, read: str | None, *, field: str) -> str:
    value = (given or read or "").strip()
    if not value:
        raise InvalidInputError("it could not be read: please type it in", field=field)
    return value
