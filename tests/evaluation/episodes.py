"""The anomalies that one watched session goes through, each with its ground truth.

Stage: part of the generator. An episode says what is done before lens and microphone, how
long, and which alerts would be right. It never looks at what the server says.
"""

from __future__ import annotations

import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field, replace

from playwright.async_api import Page

from demo import synthetic_microphone
from demo.body import OwnBody
from demo.film import Film
from demo.portrait import Points
from demo.speech import Speech
from demo.subject import LivePerson
from tests.evaluation import disguises

SELLER_VOICE = "zm_yunyang"
FORBIDDEN = ("这个产品保本保息,稳赚不赔。", "放心吧,没有风险的,内部额度。")
PROMPTING = "你就说清楚,说清楚就行了,快点说。"

Do = Callable[[], Awaitable[float | None]]
"""Does it; what it returns is when the fact itself begins, if that is later than now."""


@dataclass(frozen=True, slots=True)
class Episode:
    """One anomaly. ``alerts``: any of these is right; ``also``: others that are true as well."""

    name: str
    alerts: frozenset[str]
    begin: Do
    end: Do
    hold_s: float = 6.0
    also: frozenset[str] = field(default_factory=frozenset)
    sense: str = "picture"


@dataclass(frozen=True, slots=True)
class Company:
    """Who else is there: another person, his film, and everybody's voices."""

    other: Film
    points: Points
    speech: Speech


def episodes(body: OwnBody, page: Page, company: Company) -> list[Episode]:
    """All of them, in the order in which they are played."""
    return [*_picture(body, company), *_face(body, company), *_sound(page, company)]


def _only(*names: str) -> frozenset[str]:
    return frozenset(names)


def _veiled(body: OwnBody, veil: disguises.Veil) -> tuple[Do, Do]:
    async def begin() -> None:
        body.camera.veil = veil

    async def end() -> None:
        body.camera.veil = None

    return begin, end


def _optics(body: OwnBody, **changes: float) -> tuple[Do, Do]:
    normal = body.camera.optics

    async def begin() -> None:
        body.camera.optics = replace(normal, **changes)

    async def end() -> None:
        body.camera.optics = normal

    return begin, end


def _shown(body: OwnBody, subject: disguises.EmptyRoom | LivePerson) -> tuple[Do, Do]:
    async def begin() -> None:
        body.camera.show(subject)

    async def end() -> None:
        body.camera.show(body.person)

    return begin, end


def _frozen(body: OwnBody) -> tuple[Do, Do]:
    async def begin() -> None:
        body.camera.frozen = True

    async def end() -> None:
        body.camera.frozen = False

    return begin, end


def _looped(body: OwnBody) -> tuple[Do, Do]:
    """The last three seconds again and again; the fact begins when they come again."""
    seconds = 3

    async def begin() -> float:
        pictures = [body.camera.look() for _ in range(15 * seconds)]
        body.camera.virtual = True
        body.camera.show(disguises.Loop(pictures))
        return time.time() + seconds

    async def end() -> None:
        body.camera.virtual = False
        body.camera.show(body.person)

    return begin, end


def _picture(body: OwnBody, company: Company) -> list[Episode]:
    nobody = _only("face_missing", "face_missing_long")
    several = _only("several_faces")
    entering = disguises.second_person(company.other, width_share=0.16, at_x=0.86)
    leaning = disguises.second_person(company.other, width_share=0.24, at_x=0.985)
    covered = _only("picture_covered", "picture_black")
    return [
        Episode("nobody", nobody, *_shown(body, disguises.EmptyRoom()), also=_only("blurred")),
        Episode("second person enters", several, *_veiled(body, entering)),
        Episode("second person leans in", several, *_veiled(body, leaning)),
        Episode("hand over the lens", covered, *_veiled(body, disguises.hand_over_the_lens),
                also=nobody | _only("too_dark", "blurred")),
        Episode("black", _only("picture_black"), *_veiled(body, disguises.black),
                also=nobody | covered | _only("too_dark", "blurred", "picture_frozen")),
        Episode("frozen", _only("picture_frozen"), *_frozen(body), hold_s=8.0,
                also=_only("picture_looped")),
        Episode("looped", _only("picture_looped"), *_looped(body), hold_s=12.0,
                also=_only("picture_frozen")),
    ]  # fmt: skip


def _face(body: OwnBody, company: Company) -> list[Episode]:
    swap = LivePerson(company.other, seed=7)
    unsure = _only("identity_unsure")
    dim = unsure | _only("blurred", "face_missing", "other_face")
    return [
        Episode("person swapped", _only("other_face"), *_shown(body, swap), hold_s=9.0,
                also=unsure),
        Episode("too dark", _only("too_dark"), *_optics(body, light=0.13, noise=4.0),
                also=dim | _only("picture_black", "picture_covered")),
        Episode("too bright", _only("too_bright"), *_optics(body, light=2.4), also=dim),
        Episode("blurred", _only("blurred"), *_veiled(body, disguises.blurred), hold_s=8.0,
                also=dim | _only("face_covered", "eyes_closed", "looking_away")),
        Episode("too far away", _only("face_small"), *_optics(body, distance=2.6), also=dim),
        Episode("at the edge", _only("face_edge"), *_veiled(body, disguises.at_the_edge),
                also=dim | _only("looking_away", "face_covered")),
        Episode("mask", _only("face_covered"),
                *_veiled(body, disguises.surgical_mask(company.points)),
                also=dim | _only("eyes_closed", "looking_away")),
    ]  # fmt: skip


def _sound(page: Page, company: Company) -> list[Episode]:
    async def mute() -> None:
        await synthetic_microphone.mute(page)

    async def unmute() -> None:
        await synthetic_microphone.mute(page, muted=False)

    async def nothing() -> None:
        """It ends by itself."""

    def said(text: str, voice: str) -> Do:
        wav = company.speech.wav(text, voice)

        async def begin() -> float:
            return time.time() + await synthetic_microphone.play(page, wav)

        return begin

    other = _only("other_voice")
    heard = _only("forbidden_phrase")
    return [
        Episode("muted", _only("sound_silent"), mute, unmute, sense="sound"),
        Episode("second voice", other, said(PROMPTING, SELLER_VOICE), nothing,
                hold_s=8.0, sense="sound", also=heard),
        *(Episode("forbidden phrase", heard, said(phrase, SELLER_VOICE), nothing,
                  hold_s=9.0, also=other, sense="words") for phrase in FORBIDDEN),
    ]  # fmt: skip
