"""The answers' desk: what was said after a question, what was tapped, and what it comes to.

Stage: beside the director, for steps of the kind question. Every attempt at an answer is
appended, whatever comes of it. It recognises nothing itself.
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass

from media_worker.direct.continuity import face_during
from media_worker.direct.stage import Stage
from shuanglu.rules.answers import (
    ACCEPTED,
    AnswerPolicy,
    Basis,
    WordsClass,
    basis_of_tap,
    basis_of_words,
    is_sure,
)
from shuanglu.rules.words import classify_answer
from shuanglu.script.model import AskedStep
from shuanglu.script.runner import JudgeAnswer, RunPhase
from shuanglu.timeline import events as ev
from shuanglu.timeline.events import Actor

VOICE_TIMEOUT_S = 2.5
"""How long the judgement of an answer waits for the voice detector to catch up."""
BEFORE_ITS_END_MS = 300
"""An answer may begin this long before the question has quite ended."""


@dataclass(frozen=True, slots=True)
class Said:
    """One utterance after the question, and what it means."""

    heard: ev.SpeechRecognised
    words: WordsClass


class AnswerDesk:
    """Takes one session's answers."""

    def __init__(self, stage: Stage, policy: AnswerPolicy) -> None:
        self._stage = stage
        self._policy = policy
        self._asked_until_ms: int | None = None
        self._said: Said | None = None
        # A tap and the words of the same answer may come at once: one of them judges.
        self._one_at_a_time = asyncio.Lock()

    @property
    def words_heard(self) -> str | None:
        """What was understood last, for the customer to see."""
        return self._said.heard.text if self._said else None

    def question_ended(self) -> None:
        """The question was spoken to its end; from now on an answer counts."""
        self._asked_until_ms = self._stage.now_ms()
        self._said = None

    # --- live ------------------------------------------------------------------------

    async def voice(self, from_ms: int, to_ms: int) -> None:
        """Live voice activity: marks the answer as heard while it is the customer's turn."""
        step = self._awaited()
        if step is None or self._stage.state.answer_heard:
            return
        start_ms = max(from_ms, self._from_ms())
        if to_ms - start_ms >= step.min_speech_ms:
            await self._stage.append(Actor.OBSERVER, self._heard(start_ms, to_ms))

    async def words(self, heard: ev.SpeechRecognised) -> None:
        """An utterance was recognised: words that are sure decide without a tap."""
        async with self._one_at_a_time:
            step = self._awaited()
            if step is None or not self._answers(heard):
                return
            self._said = Said(heard, _meaning(step, heard))
            self._stage.changed()
            undecided = _is_ambiguous(step, self._said.words)
            if not undecided and is_sure(heard, self._said.words, self._policy):
                await self._judge(step, basis_of_words(self._said.words), self._said)

    # --- judged ----------------------------------------------------------------------

    async def judge_tap(self, action: JudgeAnswer) -> None:
        """A choice was tapped: hear what was said with it, and append what it comes to."""
        async with self._one_at_a_time:
            step = self._awaited()
            if step is None or self._stage.state.choice != action.choice:
                return
            payloads, evaluated = await self._voice_of_tap(step)
            said = await self._words_of_tap(step)
            heard = bool(payloads) or self._stage.state.answer_heard
            basis = basis_of_tap(
                accepted=_is_accepted(step, action.choice),
                heard=heard,
                evaluated=evaluated,
                words=said.words if said else None,
                sure=said is not None and is_sure(said.heard, said.words, self._policy),
            )
            await self._judge(step, basis, said, payloads)

    async def _voice_of_tap(self, step: AskedStep) -> tuple[list[ev.Payload], bool]:
        if self._stage.state.answer_heard:
            return [], True
        voice = await self._stage.senses.voice(
            self._from_ms(), self._stage.now_ms(), timeout_s=VOICE_TIMEOUT_S
        )
        first_ms, last_ms = voice.first_ms, voice.last_ms
        if voice.speech_ms < step.min_speech_ms or first_ms is None or last_ms is None:
            return [], voice.evaluated
        return [self._heard(first_ms, last_ms, voice.speech_ms)], voice.evaluated

    async def _words_of_tap(self, step: AskedStep) -> Said | None:
        """What was said last, after waiting for what is still at the recogniser."""
        utterances = await self._stage.senses.words(
            self._from_ms(),
            self._stage.now_ms(),
            timeout_s=self._policy.words_timeout_ms / 1000,
        )
        known = [heard for heard in utterances if heard.evaluated and self._answers(heard)]
        return Said(known[-1], _meaning(step, known[-1])) if known else None

    async def _judge(
        self,
        step: AskedStep,
        basis: Basis,
        said: Said | None,
        before: list[ev.Payload] | None = None,
    ) -> None:
        payloads = list(before or [])
        if said is not None and not payloads and not self._stage.state.answer_heard:
            start_ms = max(said.heard.from_ms, self._from_ms())
            payloads.append(self._heard(start_ms, max(start_ms, said.heard.to_ms)))
        face = face_during(self._stage, "answer")
        if face.outcome is ev.FaceOutcome.OTHER and basis in ACCEPTED:
            basis = "other_face"
        await self._stage.append(Actor.SYSTEM, *payloads, face, self._judged(step, basis, said))

    def _judged(self, step: AskedStep, basis: Basis, said: Said | None) -> ev.AnswerJudged:
        return ev.AnswerJudged(
            step_id=step.id,
            attempt=self._stage.state.attempt,
            accepted=basis in ACCEPTED,
            basis=basis,
            words=said.heard.text if said else None,
            words_class=said.words if said else None,
            confidence=said.heard.confidence if said else None,
        )

    # --- the span of the answer --------------------------------------------------------

    def _awaited(self) -> AskedStep | None:
        state = self._stage.state
        if state.phase is not RunPhase.AWAITING or state.step_id is None:
            return None
        step = self._stage.script.step(state.step_id)
        return step if isinstance(step, AskedStep) else None

    def _from_ms(self) -> int:
        return self._asked_until_ms if self._asked_until_ms is not None else 0

    def _answers(self, heard: ev.SpeechRecognised) -> bool:
        begins_late_enough = heard.from_ms >= self._from_ms() - BEFORE_ITS_END_MS
        return begins_late_enough and heard.evaluated and heard.speaker is ev.Speaker.CUSTOMER

    def _heard(self, from_ms: int, to_ms: int, speech_ms: int | None = None) -> ev.AnswerHeard:
        state = self._stage.state
        return ev.AnswerHeard(
            step_id=state.step_id or "",
            attempt=state.attempt,
            from_ms=from_ms,
            to_ms=to_ms,
            speech_ms=to_ms - from_ms if speech_ms is None else speech_ms,
            hesitation_ms=max(0, from_ms - self._from_ms()),
            model_sha256=self._stage.vad_sha256,
        )


def _is_accepted(step: AskedStep, choice: str) -> bool:
    return next(each for each in step.choices if each.id == choice).accepted


def _is_ambiguous(step: AskedStep, words: WordsClass) -> bool:
    """Whether these words fit several choices that lead to different places: a tap decides."""
    if words == "no":
        return len(step.refusals_lead_to) > 1
    return words == "yes" and step.needs_tap


def _meaning(step: AskedStep, heard: ev.SpeechRecognised) -> WordsClass:
    return classify_answer(heard.text, step.yes_words, step.no_words)
