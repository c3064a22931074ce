"""The demonstration's customer: face, voice and card in one, ready for a browser.

Stage: puts the parts together. It starts nothing: the camera is the caller's to enter.
"""

from __future__ import annotations

from pathlib import Path

from demo.body import OwnBody
from demo.film import Person, demo_person, film_of
from demo.id_card import Citizen, HeldCard, card_back, card_front
from demo.live_camera import LiveCamera, Optics
from demo.speech import Speech
from demo.subject import LivePerson, Subject

VOICE = "zf_xiaobei"
SEED = 20_261_126


def make_body(
    camera_file: Path,
    assets: Path,
    *,
    person: Person | None = None,
    citizen: Citizen | None = None,
    voice: str = VOICE,
    seed: int = SEED,
    optics: Optics | None = None,
) -> OwnBody:
    """A living customer; renders what he can do the first time (half a minute, kept)."""
    who, card = person or demo_person(), citizen or Citizen()
    subject = LivePerson(film_of(who, assets / "people"), seed=seed)
    camera = LiveCamera(camera_file, subject, seed=seed, optics=optics)
    speech = Speech(assets / "said")
    return OwnBody(camera, subject, speech=speech, voice=voice, cards=cards_of(card, who))


def cards_of(citizen: Citizen, person: Person) -> dict[str, Subject]:
    """Both sides of the card, as they are held before the camera."""
    return {"front": HeldCard(card_front(citizen, person)), "back": HeldCard(card_back(citizen))}
