"""Words of one session: utterances to the recogniser, what was said into the timeline.

Stage: between the observers, the recogniser and the rules about words. It never delays
sound for the recogniser: an utterance that is not recognised in time is "not evaluated".
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Literal, Protocol

import structlog

from backing.bus.envelope import failure_fields
from media_worker.recognise.messages import Words
from media_worker.utterance import Utterance
from shuanglu.rules.words import FoundPhrase, PhrasePolicy, phrases_in, shipped_phrases
from shuanglu.timeline import events as ev
from shuanglu.timeline.events import SpeechRecognised

KEPT = 400
MAX_TEXT = 2000
NOT_EVALUATED = "words_not_evaluated"
FORBIDDEN = "forbidden_phrase"
WORDS_TIMEOUT_S = 15.0
"""A busy recogniser may be this late before an utterance is given up."""

_log = structlog.get_logger(__name__)


class Recogniser(Protocol):
    """Whoever makes words of sound."""

    async def words(self, utterance: Utterance, timeout_s: float, *, digits: bool) -> Words | None:
        """The words; ``None``: not evaluated. ``digits``: some are due."""
        ...


Lips = Literal["moving", "still", "not_seen"]


@dataclass(frozen=True, slots=True)
class ListeningHooks:
    """Whom it asks and tells; all are called on the event loop and must not block."""

    lips: Callable[[int, int], Lips]
    emit: Callable[[ev.Payload], None]
    on_words: Callable[[SpeechRecognised], None]
    raise_alert: Callable[[str, str | None], None]
    end_alert: Callable[[str], None]


class Listening:
    """Understands one session's utterances, as far as that can be had."""

    def __init__(
        self,
        recogniser: Recogniser,
        hooks: ListeningHooks,
        policy: PhrasePolicy | None = None,
    ) -> None:
        self._recogniser = recogniser
        self._hooks = hooks
        self._policy = policy or shipped_phrases()
        self.digits_due = False
        """Whether somebody has been asked to read digits aloud."""
        self._heard: deque[SpeechRecognised] = deque(maxlen=KEPT)
        self._waiting: dict[asyncio.Task[None], Utterance] = {}
        self._beforehand: tuple[Utterance, asyncio.Task[Words | None]] | None = None

    def take(self, utterance: Utterance) -> None:
        """One more utterance; its words come later. Of one that may go on nothing is told yet."""
        if not utterance.ended:
            self._begin_beforehand(utterance)
            return
        task = asyncio.create_task(self._understand(utterance))
        self._waiting[task] = utterance
        task.add_done_callback(self._done)

    def _done(self, task: asyncio.Task[None]) -> None:
        self._waiting.pop(task, None)
        error = None if task.cancelled() else task.exception()
        if error is not None:
            _log.error("utterance lost", **failure_fields(error))

    async def words(
        self, from_ms: int, to_ms: int, *, timeout_s: float
    ) -> Sequence[SpeechRecognised]:
        """Utterances that touch a span, after waiting for those still at the recogniser."""
        open_ones = [task for task, each in self._waiting.items() if _touches(each, from_ms, to_ms)]
        if open_ones:
            await asyncio.wait(open_ones, timeout=timeout_s)
        return [heard for heard in self._heard if _touches(heard, from_ms, to_ms)]

    def _begin_beforehand(self, utterance: Utterance) -> None:
        self._drop_beforehand()
        self._beforehand = utterance, asyncio.create_task(self._recognised(utterance))

    def _drop_beforehand(self) -> None:
        if self._beforehand is not None:
            self._beforehand[1].cancel()
            self._beforehand = None

    async def _words_of(self, utterance: Utterance) -> Words | None:
        """What was begun beforehand is used if it is the same sound."""
        begun, self._beforehand = self._beforehand, None
        if begun is not None and begun[0].pcm == utterance.pcm:
            return await begun[1]
        if begun is not None:
            begun[1].cancel()
        return await self._recognised(utterance)

    async def _recognised(self, utterance: Utterance) -> Words | None:
        return await self._recogniser.words(
            utterance, timeout_s=WORDS_TIMEOUT_S, digits=self.digits_due
        )

    async def close(self) -> None:
        """Stop understanding; idempotent."""
        self._drop_beforehand()
        tasks = list(self._waiting)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    async def _understand(self, utterance: Utterance) -> None:
        words = await self._words_of(utterance)
        lips = self._hooks.lips(utterance.from_ms, utterance.to_ms)
        heard = SpeechRecognised(
            speaker=ev.Speaker.CUSTOMER,
            from_ms=max(0, utterance.from_ms),
            to_ms=max(0, utterance.to_ms),
            evaluated=words is not None,
            text=words.text[:MAX_TEXT] if words else "",
            confidence=words.confidence if words else None,
            lips=lips,
            model=words.model if words else "",
            model_sha256=words.model_sha256 if words else None,
        )
        self._tell(heard)

    def _tell(self, heard: SpeechRecognised) -> None:
        if heard.evaluated:
            self._hooks.end_alert(NOT_EVALUATED)
            if not heard.text:
                return  # a cough, a door: nobody said anything
        else:
            self._hooks.raise_alert(NOT_EVALUATED, None)
        self._heard.append(heard)
        self._hooks.emit(heard)
        for found in phrases_in(heard.text, self._policy):
            self._tell_phrase(heard, found)
        self._hooks.on_words(heard)

    def _tell_phrase(self, heard: SpeechRecognised, found: FoundPhrase) -> None:
        self._hooks.emit(
            ev.PhraseHeard(
                phrase=found.phrase,
                topic=found.topic,
                kind=found.kind,
                speaker=heard.speaker,
                text=heard.text,
                how=found.how,
                from_ms=heard.from_ms,
                to_ms=heard.to_ms,
                policy_version=self._policy.version,
            )
        )
        if found.kind == "forbidden":
            self._hooks.raise_alert(FORBIDDEN, found.phrase)


def _touches(each: Utterance | SpeechRecognised, from_ms: int, to_ms: int) -> bool:
    return each.from_ms <= to_ms and from_ms <= each.to_ms
