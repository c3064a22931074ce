"""Changed gaps, times, scripts and objects, signed again by the server's key."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from shuanglu.evidence.assembly import NamedObject
from shuanglu.evidence.strokes import parse_strokes
from shuanglu.script.runner import RunPhase, fold
from shuanglu.script.verdict import judge
from shuanglu.timeline import events as ev
from shuanglu.timeline.chain import sha256_hex
from shuanglu.timeline.events import Event, EventDraft
from tests.evidence.forging import (
    PERFORMED,
    changed_payload,
    index_of,
    without,
)
from tests.evidence.packing import Sealed, draft_of, first_failure, relinked
from tests.evidence.performance import Performance


def unconfirmed() -> Sealed:
    """Without a confirmation the customer's signature guards nothing: the rules alone do."""
    performance = Performance()
    performance.join()
    performance.record()
    performance.step(performance.script.steps[0])
    performance.interrupt()
    performance.finish()
    return Sealed.of(performance)


def test_a_gap_that_is_not_told_is_found() -> None:
    sealed = unconfirmed()
    place = index_of(sealed, ev.MediaGap)
    forged = sealed.with_events(without(place))
    assert first_failure(forged.files()) == (11, "gap_untold")


@pytest.mark.parametrize("update", [{"from_ms": 1}, {"to_ms": 99_999}])
def test_a_gap_that_is_told_otherwise_is_found(update: dict[str, object]) -> None:
    forged = changed_payload(unconfirmed(), ev.MediaGap, **update)
    assert first_failure(forged.files()) == (11, "gap_untold")


def test_a_gap_where_there_is_media_is_found() -> None:
    sealed = unconfirmed()
    place = index_of(sealed, ev.MediaGap)
    forged = sealed.with_events(lambda drafts: drafts.insert(place, drafts[place]))
    assert first_failure(forged.files()) == (11, "gap_invented")


def retimed(sealed: Sealed, place: int, by: timedelta) -> Sealed:
    times = [event.recorded_at for event in sealed.events]
    times[place] += by
    drafts = [draft_of(event) for event in sealed.events]
    return replace(sealed, events=relinked(PERFORMED.session_id, drafts, times))


def test_time_that_steps_back_is_found() -> None:
    forged = retimed(unconfirmed(), 8, -timedelta(minutes=1))
    assert first_failure(forged.files()) == (12, "time_backwards")


def test_media_from_the_future_is_found() -> None:
    sealed = unconfirmed()
    place = index_of(sealed, ev.StepCompleted)

    def later(drafts: list[EventDraft]) -> None:
        drafts[place] = drafts[place].model_copy(update={"media_time_ms": 900_000})

    forged = sealed.with_events(later)
    judged = judge(forged.script, forged.events)
    forged = changed_payload(forged, ev.VerdictGiven, **dict(judged))
    assert first_failure(forged.files()) == (12, "media_time")


def test_sealing_before_the_end_is_found() -> None:
    sealed = Sealed.of(PERFORMED)
    early = sealed.events[-1].recorded_at - timedelta(seconds=1)
    manifest = sealed.manifest().model_copy(update={"sealed_at": early})
    assert first_failure(sealed.signed(sealed.files(), manifest)) == (12, "sealed_early")


def test_another_script_than_the_sessions_is_found() -> None:
    sealed = Sealed.of(PERFORMED)
    other = sealed.script.model_copy(update={"version": 3})
    assert first_failure(replace(sealed, script=other).files()) == (5, "script")


def test_a_step_that_the_script_does_not_have_is_found() -> None:
    forged = changed_payload(Sealed.of(PERFORMED), ev.StepBegun, step_id="invented")
    assert first_failure(forged.files()) == (5, "step")


def swapped_object(sealed: Sealed, role: str, data: bytes) -> Sealed:
    named = next(n for n in sealed.objects if n.role == role)
    objects = {n: d for n, d in sealed.objects.items() if n != named}
    objects[NamedObject(named.role, sha256_hex(data))] = data
    return replace(sealed, objects=objects)


@pytest.mark.parametrize("role", ["strokes", "statement", "prompt", "consent", "card", "screen"])
def test_an_object_in_place_of_another_is_found(role: str) -> None:
    forged = swapped_object(Sealed.of(PERFORMED), role, b'{"other":true}')
    assert first_failure(forged.files()) == (7, "object_missing")


def test_an_object_that_nobody_named_is_found() -> None:
    sealed = Sealed.of(PERFORMED)
    data = b'"words"'
    objects = {**sealed.objects, NamedObject("consent", sha256_hex(data)): data}
    assert first_failure(replace(sealed, objects=objects).files()) == (7, "object_extra")


def test_every_prompt_is_labelled_as_a_machines_voice() -> None:
    prompts = [o for o in Sealed.of(PERFORMED).manifest().objects if o.role == "prompt"]
    assert prompts
    assert all(entry.synthetic for entry in prompts)


def test_a_voice_whose_label_was_taken_off_is_found() -> None:
    sealed = Sealed.of(PERFORMED)
    manifest = sealed.manifest()
    bare = tuple(entry.model_copy(update={"synthetic": None}) for entry in manifest.objects)
    unlabelled = manifest.model_copy(update={"objects": bare})
    assert first_failure(sealed.signed(sealed.files(), unlabelled)) == (7, "prompt_label")


def test_a_label_on_what_no_machine_spoke_is_found() -> None:
    sealed = Sealed.of(PERFORMED)
    manifest = sealed.manifest()
    all_of_it = tuple(entry.model_copy(update={"synthetic": True}) for entry in manifest.objects)
    overlabelled = manifest.model_copy(update={"objects": all_of_it})
    assert first_failure(sealed.signed(sealed.files(), overlabelled)) == (7, "prompt_label")


def test_what_was_read_again_belongs_to_the_record() -> None:
    sound = b"OggS slow"
    named = NamedObject("prompt", sha256_hex(sound))
    sealed = unconfirmed()
    again = ev.PromptRepeated(
        step_id=sealed.script.steps[0].id,
        attempt=1,
        audio_sha256=named.sha256,
        duration_ms=100,
        speed=ev.VoiceSpeed.SLOW,
        synthetic=True,
    )
    place = index_of(sealed, ev.PromptPlayed) + 1
    started = draft_of(sealed.events[place - 1])
    told = sealed.with_events(
        lambda drafts: drafts.insert(place, started.model_copy(update={"payload": again}))
    )
    assert first_failure(told.files()) == (7, "object_missing")
    whole = replace(told, objects={**told.objects, named: sound})
    assert first_failure(whole.files()) == (0, "")


def test_strokes_of_another_session_are_found() -> None:
    sealed = Sealed.of(PERFORMED)
    named = next(n for n in sealed.objects if n.role == "strokes")
    strokes = parse_strokes(sealed.objects[named])
    other = strokes.model_copy(update={"session_id": "ses_OTHER"})
    forged = swapped_object(sealed, "strokes", other.canonical)
    forged = changed_payload(forged, ev.SignatureMade, strokes_sha256=other.sha256)
    assert first_failure(forged.files()) == (7, "strokes")


@pytest.mark.parametrize("update", [{"points": 99}, {"strokes": 9}])
def test_strokes_that_are_told_otherwise_are_found(update: dict[str, object]) -> None:
    forged = changed_payload(Sealed.of(PERFORMED), ev.SignatureMade, **update)
    assert first_failure(forged.files()) == (7, "strokes")


@pytest.mark.parametrize("update", [{"document_sha256": "ab" * 32}, {"pages": 9}])
def test_a_document_that_is_not_the_scripts_is_found(update: dict[str, object]) -> None:
    forged = changed_payload(Sealed.of(PERFORMED), ev.DocumentRead, **update)
    assert first_failure(forged.files()) == (7, "document")


def test_the_confirmation_step_stands_in_the_performance() -> None:
    """The forgeries above are worth something only because the honest record is complete."""
    state = fold(PERFORMED.script, PERFORMED.events)
    assert state.phase is RunPhase.CLOSED
    assert state.completed == {step.id for step in PERFORMED.script.steps}
    assert all(isinstance(event, Event) for event in PERFORMED.events)
