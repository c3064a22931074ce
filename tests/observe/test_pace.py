"""The observers look often enough for the policy: nothing grows stale while all goes well."""

from __future__ import annotations

from media_worker.observe.picture import DETECT_EVERY_MS, MAY_REST_MS
from media_worker.observe.recognising import RECOGNISE_EVERY_MS
from media_worker.observe.settings import ObserverSettings
from media_worker.observe.sound import MEASURED_MS
from shuanglu.rules.policy import shipped_policy

LOOK_MS = ObserverSettings().watch_interval_ms
STALE_AFTER_MS = {fact.value: ms for fact, ms in shipped_policy().stale_after_ms.items()}


def test_a_face_is_compared_before_its_identity_is_stale() -> None:
    # Due between two looks it is done at the next; one look may find no face.
    assert STALE_AFTER_MS["identity"] > RECOGNISE_EVERY_MS + 2 * LOOK_MS


def test_every_other_fact_of_the_picture_survives_a_look_that_rests() -> None:
    longest_ms = 2 * LOOK_MS + DETECT_EVERY_MS
    of_sound = {"sound", "loudness", "noise", "speaker", "identity"}
    assert all(
        longest_ms < stale_ms for fact, stale_ms in STALE_AFTER_MS.items() if fact not in of_sound
    )
    assert STALE_AFTER_MS["stillness"] > MAY_REST_MS


def test_sound_is_measured_before_it_is_stale() -> None:
    settings = ObserverSettings()
    assert MEASURED_MS + settings.audio_batch_ms < min(
        STALE_AFTER_MS["sound"], STALE_AFTER_MS["speaker"]
    )
