"""Words of what may have ended are begun beforehand; of what goes on nothing is told."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field, replace

from media_worker.listening import Listening, ListeningHooks
from media_worker.recognise.messages import Words
from media_worker.utterance import Utterance
from shuanglu.timeline import events as ev
from tests.media.session import until

SAID = Utterance(from_ms=1000, to_ms=2000, pcm=b"\x01\x00" * 100)
GOES_ON = Utterance(from_ms=1000, to_ms=3000, pcm=b"\x01\x00" * 200)


@dataclass
class SlowRecogniser:
    """Says how long the sound was, once it may."""

    asked: list[Utterance] = field(default_factory=list)
    digits: list[bool] = field(default_factory=list)
    given_up: int = 0
    may: asyncio.Event = field(default_factory=asyncio.Event)

    async def words(self, utterance: Utterance, timeout_s: float, *, digits: bool) -> Words | None:
        del timeout_s
        self.asked.append(utterance)
        self.digits.append(digits)
        try:
            await self.may.wait()
        except asyncio.CancelledError:
            self.given_up += 1
            raise
        text = f"{len(utterance.pcm)}"
        return Words(text=text, confidence=0.9, model="m", model_sha256="a" * 64)


class Ear:
    """A session's listening, and what it told."""

    def __init__(self) -> None:
        self.recogniser = SlowRecogniser()
        self.told: list[ev.SpeechRecognised] = []
        self.listening = Listening(
            self.recogniser,
            ListeningHooks(
                lips=lambda _from, _to: "moving",
                emit=lambda _payload: None,
                on_words=self.told.append,
                raise_alert=lambda _alert, _detail: None,
                end_alert=lambda _alert: None,
            ),
        )

    def take(self, utterance: Utterance) -> None:
        self.listening.take(utterance)


async def test_what_was_begun_beforehand_is_not_recognised_again() -> None:
    ear = Ear()
    ear.take(replace(SAID, ended=False))
    await until(lambda: bool(ear.recogniser.asked))
    ear.recogniser.may.set()
    await asyncio.sleep(0)
    assert ear.told == [], "it might have gone on"
    ear.take(SAID)
    await until(lambda: bool(ear.told))
    assert (ear.told[0].from_ms, ear.told[0].to_ms, ear.told[0].text) == (1000, 2000, "200")
    assert len(ear.recogniser.asked) == 1


async def test_a_voice_that_goes_on_is_heard_as_a_whole() -> None:
    ear = Ear()
    ear.take(replace(SAID, ended=False))
    await until(lambda: bool(ear.recogniser.asked))
    ear.take(GOES_ON)
    ear.recogniser.may.set()
    await until(lambda: bool(ear.told))
    assert [heard.text for heard in ear.told] == ["400"]
    assert ear.recogniser.given_up == 1


async def test_only_the_newest_guess_is_kept() -> None:
    ear = Ear()
    ear.take(replace(SAID, ended=False))
    await until(lambda: len(ear.recogniser.asked) == 1)
    ear.take(replace(GOES_ON, ended=False))
    await until(lambda: len(ear.recogniser.asked) == 2)
    ear.take(GOES_ON)
    ear.recogniser.may.set()
    await until(lambda: bool(ear.told))
    assert [heard.text for heard in ear.told] == ["400"]
    assert (len(ear.recogniser.asked), ear.recogniser.given_up) == (2, 1)


async def test_nothing_is_left_when_it_closes() -> None:
    ear = Ear()
    ear.take(replace(SAID, ended=False))
    await until(lambda: bool(ear.recogniser.asked))
    await ear.listening.close()
    await until(lambda: ear.recogniser.given_up == 1)
    assert ear.told == []


async def test_the_recogniser_learns_that_digits_are_due() -> None:
    ear = Ear()
    ear.recogniser.may.set()
    ear.take(SAID)
    await until(lambda: len(ear.told) == 1)
    ear.listening.digits_due = True
    ear.take(GOES_ON)
    await until(lambda: len(ear.told) == 2)
    assert ear.recogniser.digits == [False, True]
