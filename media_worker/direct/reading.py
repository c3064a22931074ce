"""The readers' desk: what the agent beside the customer reads aloud, sentence by sentence.

Stage: beside the director, for disclosures that a person reads. It appends what was heard;
whether that suffices is decided by the runner. It recognises nothing itself, and what could
not be recognised is told so, never taken for read.
"""

from __future__ import annotations

import asyncio

from media_worker.direct.stage import Stage
from shuanglu.rules.reading import Reading
from shuanglu.rules.reading.heard import ALIGNMENT
from shuanglu.script.model import DisclosureStep
from shuanglu.script.runner import JudgeReading, RunPhase
from shuanglu.timeline import events as ev
from shuanglu.timeline.events import Actor, SpeechRecognised

VOICE_TIMEOUT_S = 2.5
"""How long the voice detector may be behind."""
ENDED_AFTER_MS = 700
"""So long after its last sound an utterance is at the recogniser, not still open."""
STILL_SPEAKING_S = 6.0
"""Who goes on speaking after the tap is heard so much longer, not for ever."""
LOOK_EVERY_S = 0.4
LAST_MS = 10_000
"""The end of a round in which sound must have been listened to."""
WORDS_TIMEOUT_S = 16.0
"""A little longer than an utterance may be at the recogniser before it is given up."""


class ReadingDesk:
    """Hears one session's readers."""

    def __init__(self, stage: Stage) -> None:
        self._stage = stage
        # Words come while a round is being judged: each utterance counts once, in order.
        self._one_at_a_time = asyncio.Lock()
        self._of: tuple[str, int] | None = None
        self._begin(None, None)

    def _begin(self, of: tuple[str, int] | None, step: DisclosureStep | None) -> None:
        self._of = of
        self._from_ms = self._stage.now_ms() if of else 0
        reader = step.reader if step else None
        self._reading = Reading.of(step.say, reader.min_share) if step and reader else None
        self._known: set[tuple[int, int]] = set()
        self._utterances = self._not_evaluated = 0
        self._of_round = self._unknown_of_round = 0

    def turn_begins(self) -> None:
        """A step awaits somebody; where it is to be read aloud, from now on words count."""
        state = self._stage.state
        step = self._stage.script.step(state.step_id) if state.step_id else None
        if isinstance(step, DisclosureStep) and step.reader is not None:
            self._begin((step.id, state.attempt), step)

    async def words(self, heard: SpeechRecognised) -> None:
        """An utterance was recognised, or given up."""
        async with self._one_at_a_time:
            if self._is_on() and self._take(heard):
                await self._tell(ends_round=False, evaluated=True)

    async def judge(self, action: JudgeReading) -> None:
        """Somebody says that all was read: what was said until now is awaited, then told."""
        if self._of != (action.step_id, action.attempt):
            self.turn_begins()
        evaluated = await self._listened_to_the_end()
        to_ms = self._stage.now_ms()
        said = await self._stage.senses.words(self._from_ms, to_ms, timeout_s=WORDS_TIMEOUT_S)
        async with self._one_at_a_time:
            if not self._is_on():
                return
            for heard in sorted(said, key=lambda each: each.from_ms):
                self._take(heard)
            # Some words of the round suffice to ask for the rest: nothing is taken for read.
            unknown = self._unknown_of_round > 0 and self._of_round == 0
            await self._tell(ends_round=True, evaluated=evaluated and not unknown)
            self._of_round = self._unknown_of_round = 0

    async def _listened_to_the_end(self) -> bool:
        """Wait until nobody speaks; whether the sound was really listened to."""
        stage, loop = self._stage, asyncio.get_running_loop()
        late_s = loop.time() + STILL_SPEAKING_S
        while True:
            to_ms = stage.now_ms()
            from_ms = max(self._from_ms, to_ms - LAST_MS)
            voice = await stage.senses.voice(from_ms, to_ms, timeout_s=VOICE_TIMEOUT_S)
            is_quiet = voice.last_ms is None or voice.last_ms < to_ms - ENDED_AFTER_MS
            if is_quiet or loop.time() > late_s:
                return voice.evaluated
            await asyncio.sleep(LOOK_EVERY_S)

    def _is_on(self) -> bool:
        state = self._stage.state
        return state.phase is RunPhase.AWAITING and self._of == (state.step_id, state.attempt)

    def _take(self, heard: SpeechRecognised) -> bool:
        """Whether it is a new utterance of this attempt."""
        key = (heard.from_ms, heard.to_ms)
        if self._reading is None or heard.from_ms < self._from_ms or key in self._known:
            return False
        self._known.add(key)
        if not heard.evaluated:
            self._not_evaluated += 1
            self._unknown_of_round += 1
            return True
        self._utterances += 1
        self._of_round += 1
        self._reading = self._reading.after(heard.text, heard.from_ms, heard.to_ms)
        return True

    async def _tell(self, *, ends_round: bool, evaluated: bool) -> None:
        if self._reading is None or self._of is None:
            return
        step_id, attempt = self._of
        told = ev.ReadingHeard(
            step_id=step_id,
            attempt=attempt,
            sentences=self._reading.best,
            utterances=self._utterances,
            not_evaluated=self._not_evaluated,
            ends_round=ends_round,
            evaluated=evaluated,
            alignment=ALIGNMENT,
        )
        await self._stage.append(Actor.SYSTEM, told)
