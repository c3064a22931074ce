"""What a tape shows is yesterday's, whatever today asks for: the tests of replays rest on it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from demo.body import OwnBody
from demo.film import Clip
from demo.live_camera import LiveCamera
from demo.portrait import Pixels
from demo.replay import Player, Tape, TapePlayer
from demo.speech import Speech
from demo.subject import LivePerson
from tests.media_assets.test_living_customer import film

ASSETS = Path(__file__).parents[1] / "artifacts"


@pytest.fixture
def honest(tmp_path: Path) -> OwnBody:
    """His camera is not running: every picture is taken by the test."""
    person = LivePerson(film(), seed=1)
    camera = LiveCamera(tmp_path / "camera.y4m", person, seed=1)
    speech = Speech(ASSETS / "said")
    return OwnBody(camera, person, speech=speech, voice="zf_xiaobei", cards={"front": person})


@pytest.fixture
def tape(honest: OwnBody) -> Tape:
    return Tape(honest, seed=25)


def pictures(player: Player, part: str) -> Iterator[bytes]:
    seconds = player.play(part)
    for _ in range(round(seconds * 15)):
        yield player.next_picture().tobytes()


def test_a_part_is_the_same_each_time_and_then_it_idles(tape: Tape) -> None:
    player = Player(tape)
    assert list(pictures(player, "gestures")) == list(pictures(player, "gestures"))
    idle = {player.next_picture().tobytes() for _ in range(200)}
    assert 1 < len(idle) <= len(tape.parts["idle"])


def test_yesterdays_digits_are_drawn_once(honest: OwnBody, tape: Tape) -> None:
    assert len(tape.digits) == 4
    assert Tape(honest, seed=25).digits == tape.digits
    assert Tape(honest, seed=26).digits != tape.digits


def test_it_goes_past_the_lens_but_the_card_does_not(honest: OwnBody, tape: Tape) -> None:
    intruder = TapePlayer(honest, tape)
    camera = honest.camera
    assert camera.virtual
    taped = camera.look()
    assert any(np.array_equal(taped, shot) for shot in _unpacked(tape, "idle")), "no lens, no noise"
    intruder.hold_card("front")
    assert not camera.virtual
    intruder.put_card_away()
    assert camera.virtual


def test_todays_light_does_not_fall_on_it(honest: OwnBody, tape: Tape) -> None:
    TapePlayer(honest, tape)
    honest.eyes("#ff0000")
    first = [honest.camera.look().tobytes() for _ in tape.parts["flash"]]
    assert first == [shot.tobytes() for shot in _unpacked(tape, "flash")]
    honest.eyes(None)
    honest.eyes("#0000ff")
    assert [honest.camera.look().tobytes() for _ in tape.parts["flash"]] == first


def test_the_phone_is_given_back(honest: OwnBody, tape: Tape) -> None:
    intruder = TapePlayer(honest, tape)
    assert honest.eyes == intruder.flashed
    intruder.give_back()
    assert honest.eyes == honest.flashed
    assert honest.camera.subject is honest.person
    assert not honest.camera.virtual


async def test_it_makes_yesterdays_gestures(honest: OwnBody, tape: Tape) -> None:
    shots = list(_unpacked(tape, "gestures"))
    seen = []
    for name in (Clip.NOD, Clip.BLINK):
        intruder = TapePlayer(honest, tape)
        gesture = intruder.gesture(name)
        gesture.send(None)  # it has begun; how long it takes is the camera's affair
        seen.append([honest.camera.look() for _ in shots])
        gesture.close()
    assert all(np.array_equal(a, b) for a, b in zip(*seen, strict=True))
    assert all(np.array_equal(a, b) for a, b in zip(seen[0], shots, strict=True))


def _unpacked(tape: Tape, part: str) -> Iterator[Pixels]:
    player = Player(tape)
    player.play(part)
    return (player.next_picture() for _ in tape.parts[part])
