"""A screen recording that was changed, cut or added to, signed again by the server's key."""

from __future__ import annotations

import gzip
from collections.abc import Callable
from dataclasses import replace

import pytest

from shuanglu.errors import InvalidInputError, ShuangluError, TooLargeError
from shuanglu.evidence.assembly import NamedObject
from shuanglu.evidence.names import screen_file
from shuanglu.evidence.screen import MAX_UNPACKED_BYTES, packed, read_piece, unpacked
from shuanglu.timeline import events as ev
from shuanglu.timeline.chain import sha256_hex
from shuanglu.timeline.events import EventDraft
from tests.evidence.forging import PERFORMED, changed_payload, index_of, without
from tests.evidence.packing import Sealed, first_failure
from tests.evidence.performance import JOIN_MS, Performance
from tests.evidence.screens import screen_piece


def unconfirmed() -> Sealed:
    """Without a confirmation the customer's signature guards nothing: the rules alone do."""
    performance = Performance()
    performance.join()
    performance.record()
    performance.step(performance.script.steps[0])
    performance.interrupt()
    performance.finish()
    return Sealed.of(performance)


def pieces(sealed: Sealed) -> list[ev.ScreenStored]:
    return [e.payload for e in sealed.events if isinstance(e.payload, ev.ScreenStored)]


def place_of(sealed: Sealed, piece: int) -> int:
    return next(
        n
        for n, event in enumerate(sealed.events)
        if isinstance(event.payload, ev.ScreenStored) and event.payload.piece == piece
    )


def swapped(sealed: Sealed, piece: int, data: bytes, **update: object) -> Sealed:
    """Another piece in place of one, and what the timeline says of its hash made to fit."""
    place = place_of(sealed, piece)
    old = pieces(sealed)[piece - 1]
    told = {"piece_sha256": sha256_hex(data), "piece_bytes": len(data), **update}

    def change(drafts: list[EventDraft]) -> None:
        payload = drafts[place].payload.model_copy(update=told)
        drafts[place] = drafts[place].model_copy(update={"payload": payload})

    objects = {n: d for n, d in sealed.objects.items() if n.sha256 != old.piece_sha256}
    objects[NamedObject("screen", sha256_hex(data))] = data
    return replace(sealed.with_events(change), objects=objects)


def test_the_performed_screen_has_a_break_that_is_told() -> None:
    sealed = unconfirmed()
    assert [piece.begins for piece in pieces(sealed)] == [True, True, False]
    assert first_failure(sealed.files()) == (0, "")


@pytest.mark.parametrize("place", [0, 1, 2])
def test_a_changed_piece_is_found_without_the_servers_key(place: int) -> None:
    sealed = Sealed.of(PERFORMED)
    files = sealed.files()
    name = screen_file(pieces(sealed)[place].piece_sha256)
    files[name] = files[name][:-1] + bytes([files[name][-1] ^ 1])
    assert first_failure(files) == (3, "file_hash")


def test_a_removed_piece_is_found() -> None:
    sealed = Sealed.of(PERFORMED)
    files = sealed.files()
    del files[screen_file(pieces(sealed)[0].piece_sha256)]
    assert first_failure(files) == (1, "file_missing")


def test_an_added_piece_is_found() -> None:
    data = screen_piece(0, 100, begins=True)
    sealed = Sealed.of(PERFORMED)
    files = {**sealed.files(), screen_file(sha256_hex(data)): data}
    assert first_failure(files) == (1, "file_extra")
    objects = {**sealed.objects, NamedObject("screen", sha256_hex(data)): data}
    assert first_failure(replace(sealed, objects=objects).files()) == (7, "object_extra")


def test_a_piece_exchanged_by_the_operator_breaks_what_the_customer_signed() -> None:
    sealed = Sealed.of(PERFORMED)
    first = pieces(sealed)[0]
    shown = unpacked(sealed.objects[NamedObject("screen", first.piece_sha256)])
    changed = packed(shown.replace(b"844", b"845"))
    number, _ = first_failure(swapped(sealed, 1, changed).files())
    assert number == 8, "the statement holds the head of the chain"


def test_a_piece_whose_times_are_told_otherwise_is_found() -> None:
    first = pieces(unconfirmed())[0]
    forged = changed_payload(unconfirmed(), ev.ScreenStored, to_ms=first.to_ms - 1)
    assert first_failure(forged.files()) == (13, "screen_piece")


@pytest.mark.parametrize("update", [{"piece": 2}, {"stored_bytes": 1}, {"events": 9}])
def test_a_piece_that_is_counted_otherwise_is_found(update: dict[str, object]) -> None:
    forged = changed_payload(unconfirmed(), ev.ScreenStored, **update)
    assert first_failure(forged.files()) == (13, "screen_piece")


def test_a_piece_left_out_with_its_event_is_found() -> None:
    sealed = unconfirmed()
    last = pieces(sealed)[1]
    forged = sealed.with_events(without(place_of(sealed, 2)))
    objects = {n: d for n, d in sealed.objects.items() if n.sha256 != last.piece_sha256}
    assert first_failure(replace(forged, objects=objects).files()) == (13, "screen_piece")


def test_a_break_that_is_not_told_is_found() -> None:
    sealed = unconfirmed()
    forged = sealed.with_events(without(index_of(sealed, ev.ScreenGap)))
    assert first_failure(forged.files()) == (13, "screen_gap")


def test_a_break_that_is_told_otherwise_or_twice_is_found() -> None:
    forged = changed_payload(unconfirmed(), ev.ScreenGap, from_ms=0)
    assert first_failure(forged.files()) == (13, "screen_gap")
    sealed = unconfirmed()
    place = index_of(sealed, ev.ScreenGap)
    twice = sealed.with_events(lambda drafts: drafts.insert(place, drafts[place]))
    assert first_failure(twice.files()) == (13, "screen_gap")


def test_a_first_piece_that_goes_on_from_nothing_is_found() -> None:
    sealed = unconfirmed()
    first = pieces(sealed)[0]
    data = screen_piece(first.to_ms, first.to_ms, begins=False)
    update = {"begins": False, "from_ms": first.to_ms, "events": 1, "stored_bytes": len(data)}
    assert first_failure(swapped(sealed, 1, data, **update).files()) == (13, "conflict")


def test_a_record_without_a_screen_claims_none() -> None:
    performance = Performance()
    performance.join()
    performance.elapsed_ms = JOIN_MS
    performance.tell(ev.RecordingStarted(origin=performance.origin))
    performance.begin_stretch()
    performance.store(1)
    performance.tell(ev.ScreenUnavailable(reason="not_supported"))
    performance.finish()
    assert first_failure(Sealed.of(performance).files()) == (0, "")


def without_screen() -> Sealed:
    """A step begins, and no piece of the screen ever comes; from before there was a policy."""
    performance = Performance()
    performance.join()
    performance.elapsed_ms = JOIN_MS
    performance.tell(ev.RecordingStarted(origin=performance.origin))
    performance.begin_stretch()
    performance.store(1)
    performance.tell(ev.StepBegun(step_id=performance.script.steps[0].id, attempt=1))
    performance.finish()
    return Sealed.of(performance)


def test_a_verdict_that_hides_that_the_screen_is_missing_is_found() -> None:
    noted = (ev.ScreenNote.NOT_RECORDED,)
    sealed = without_screen()
    assert first_failure(sealed.files()) == (0, "")
    wrong = changed_payload(sealed, ev.VerdictGiven, notes=noted)
    assert first_failure(wrong.files()) == (10, "verdict")
    under_policy = changed_payload(sealed, ev.SessionCreated, screen_policy_version=1)
    assert first_failure(under_policy.files()) == (10, "verdict")
    told = changed_payload(under_policy, ev.VerdictGiven, notes=noted)
    assert first_failure(told.files()) == (0, "")


def test_a_policy_that_the_verifier_does_not_know_is_said() -> None:
    future = changed_payload(without_screen(), ev.SessionCreated, screen_policy_version=99)
    assert first_failure(future.files()) == (10, "policy")


def line(change: Callable[[str], str] = str) -> bytes:
    return change('{"type":3,"timestamp":5}').encode() + b"\n"


@pytest.mark.parametrize(
    "piece",
    [
        b"",
        b"not gzip",
        packed(b""),
        packed(line())[:-1],
        packed(line()) + packed(line()),
        packed(line()[:-1]),
        packed(b"\n"),
        packed(b"[1]\n"),
        packed(b"\xff\n"),
        packed(b"[" * 100_000 + b"\n"),
        packed(line(lambda text: text.replace("5", "5.5"))),
        packed(line(lambda text: text.replace("5", "-1"))),
        packed(line(lambda text: text.replace("3", "true"))),
        packed(line(lambda text: text.replace("3", '3,"data":NaN'))),
        packed(line(lambda text: text.replace("3", "4"))),
        packed(line() + line(lambda text: text.replace("5", "4"))),
        packed(line() + line(lambda text: text.replace("3", "4"))),
    ],
    ids=range(17),
)
def test_what_is_no_piece_is_refused(piece: bytes) -> None:
    with pytest.raises(InvalidInputError):
        read_piece(piece)


def test_a_piece_that_unpacks_past_the_bounds_is_refused() -> None:
    bomb = gzip.compress(b" " * (MAX_UNPACKED_BYTES + 1))
    with pytest.raises(TooLargeError):
        read_piece(bomb)
    with pytest.raises(ShuangluError):
        read_piece(packed(line() * 20_001))
