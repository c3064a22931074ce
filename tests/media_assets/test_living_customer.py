from __future__ import annotations

import io
import threading
import wave
from pathlib import Path

import numpy as np
import pytest

from demo.film import IDLING, JAW_STEPS, PLANES_HEIGHT_PX, Clip, FaceArea, Film
from demo.id_card import Citizen, Held, before_camera, card_back
from demo.live_camera import HEADER, LiveCamera, Optics
from demo.portrait import HEIGHT_PX, WIDTH_PX, Pixels
from demo.screen_light import ScreenLight, everywhere, face_mask, parse_colour
from demo.speech import openings, spoken_digits
from demo.subject import LivePerson
from shuanglu.rules.identity import number_is_sound

FRAME_BYTES = WIDTH_PX * HEIGHT_PX * 3 // 2
FACE = FaceArea((320.0, 240.0), (90.0, 120.0))


def film() -> Film:
    """Every frame is grey, one level a frame, so that a frame names its number."""
    spans, at = {}, 0
    for clip in Clip:
        length = JAW_STEPS if clip is Clip.JAW else 6
        spans[clip] = range(at, at + length)
        at += length
    frames = np.full((at, PLANES_HEIGHT_PX, WIDTH_PX), 128, np.uint8)
    for number in range(at):
        frames[number, :HEIGHT_PX] = 100 + number
    return Film(frames, spans, FACE)


def number_of(picture: Pixels) -> int:
    grey = np.full((PLANES_HEIGHT_PX, WIDTH_PX), 128, np.uint8)
    levels = {}
    for number in range(6 * (len(Clip) - 1) + JAW_STEPS):
        grey[:HEIGHT_PX] = 100 + number
        levels[number] = int(Film(grey[None], {}, FACE).picture(0)[0, 0, 0])
    return min(levels, key=lambda number: abs(levels[number] - int(picture[0, 0, 0])))


def test_a_person_idles_and_does_what_he_is_told() -> None:
    person = LivePerson(film(), seed=1)
    idle = [n for clip in IDLING for n in person.film.spans[clip]]
    assert number_of(person.next_picture()) in idle
    person.do(Clip.NOD)
    seen = [number_of(person.next_picture()) for _ in range(7)]
    assert seen[:6] == list(person.film.spans[Clip.NOD])
    assert seen[6] in idle


def test_the_mouth_follows_what_is_said() -> None:
    person = LivePerson(film(), seed=1)
    person.mouth([0.0, 1.0, 0.5])
    jaw = person.film.spans[Clip.JAW]
    seen = [number_of(person.next_picture()) for _ in range(3)]
    assert seen == [jaw[0], jaw[-1], jaw[4]]


@pytest.mark.parametrize("colour", ["#ff0000", "#00ff00", "#0000ff"])
def test_light_falls_on_the_face_in_its_own_colour(colour: str) -> None:
    picture = np.full((HEIGHT_PX, WIDTH_PX, 3), 100, np.uint8)
    lit = ScreenLight(face_mask(FACE), 0.2).fall(picture, parse_colour(colour))
    shown = ("#ff0000", "#00ff00", "#0000ff").index(colour)
    change = lit[240, 320].astype(int) - 100
    assert change[2 - shown] > 5
    assert change.sum() == change[2 - shown]
    assert (lit[5, 5] == 100).all()


def test_paper_is_lit_everywhere_and_the_dark_lights_nothing() -> None:
    picture = np.full((HEIGHT_PX, WIDTH_PX, 3), 100, np.uint8)
    light = ScreenLight(everywhere(), 0.2)
    assert light.fall(picture, parse_colour("#000000")) is picture
    assert (light.fall(picture, parse_colour("#ffffff")) > 105).all()


def test_the_camera_writes_whole_frames_that_never_repeat(tmp_path: Path) -> None:
    path = tmp_path / "camera.y4m"
    written: list[bytes] = []
    enough = threading.Event()

    def keep(picture: Pixels) -> None:
        written.append(picture.tobytes())
        if len(written) >= 8:
            enough.set()

    camera = LiveCamera(path, LivePerson(film(), seed=1), seed=1)
    camera.written = keep
    with camera:
        assert enough.wait(10)
    assert path.stat().st_size == len(HEADER) + FRAME_BYTES
    assert path.read_bytes().startswith(HEADER.encode("ascii"))
    assert len(set(written)) == len(written)


def test_a_virtual_camera_passes_pictures_on_as_they_are(tmp_path: Path) -> None:
    person = LivePerson(film(), seed=1)
    camera = LiveCamera(tmp_path / "camera.y4m", person, seed=1, optics=Optics(light=0.1))
    camera.virtual = True
    person.do(Clip.BLINK)
    first = person.film.picture(person.film.spans[Clip.BLINK][0])
    assert (camera.look() == first).all()


@pytest.mark.parametrize("serial", range(10, 22))
def test_a_citizens_number_has_its_check_digit(serial: int) -> None:
    assert number_is_sound(Citizen(serial=serial).number)


def test_a_card_is_held_inside_the_picture() -> None:
    shown = before_camera(card_back(Citizen()), Held(width=0.7))
    assert shown.shape == (HEIGHT_PX, WIDTH_PX, 3)
    assert shown[240, 320].min() > 150
    assert shown[:10].max() < 120


def test_digits_are_read_two_by_two() -> None:
    assert spoken_digits("8301") == ("八三。", "零一。")


def test_the_mouth_closes_between_two_syllables() -> None:
    beat = np.concatenate([np.full(1600, 0.5), np.zeros(1600)])
    sound = (np.tile(beat, 4) * 32767).astype(np.int16)
    out = io.BytesIO()
    with wave.open(out, "wb") as wav:
        wav.setnchannels(1)
        wav.setsampwidth(2)
        wav.setframerate(24_000)
        wav.writeframes(sound.tobytes())
    moves = openings(out.getvalue())
    assert moves == pytest.approx([0.7, 0.0] * 4, abs=0.01)
