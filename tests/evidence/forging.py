"""The tools of an operator with the server's key: change a record, make it fit, sign it again."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from shuanglu.evidence.statement import Statement, parse_statement
from shuanglu.timeline import events as ev
from shuanglu.timeline.chain import sha256_hex
from shuanglu.timeline.events import EventDraft
from tests.evidence.authenticator import DeviceKeyHolder
from tests.evidence.packing import Sealed
from tests.evidence.performance import Performance
from tests.evidence.stretches import StretchMedia

PERFORMED = Performance().whole()
BY_DEVICE_KEY = Performance(customer=DeviceKeyHolder()).whole()


def index_of(sealed: Sealed, kind: type[ev.Payload]) -> int:
    return next(n for n, event in enumerate(sealed.events) if isinstance(event.payload, kind))


def without(place: int) -> Callable[[list[EventDraft]], None]:
    def change(drafts: list[EventDraft]) -> None:
        drafts.pop(place)

    return change


def changed_payload(sealed: Sealed, kind: type[ev.Payload], /, **update: object) -> Sealed:
    place = index_of(sealed, kind)

    def change(drafts: list[EventDraft]) -> None:
        payload = drafts[place].payload.model_copy(update=update)
        drafts[place] = drafts[place].model_copy(update={"payload": payload})

    return sealed.with_events(change)


def statement_of(sealed: Sealed) -> Statement:
    place = next(named for named in sealed.objects if named.role == "statement")
    return parse_statement(sealed.objects[place])


def events_before_head(sealed: Sealed) -> int:
    return statement_of(sealed).timeline.seq


BEFORE_HEAD = events_before_head(Sealed.of(PERFORMED))


def rerecorded(sealed: Sealed, number: int, change: Callable[[list[bytes]], object]) -> Sealed:
    """New clusters in a stretch, its journal and every event about it made to fit."""
    old = sealed.stretches[number]
    clusters = list(old.clusters)
    change(clusters)
    media = StretchMedia(old.number, old.start_ms)
    told: dict[int, ev.MediaStored] = {}
    for item in old.stored:
        told[item.segment] = _stored_again(media, clusters, item)
    ended_reason = next(
        e.payload.reason
        for e in sealed.events
        if isinstance(e.payload, ev.StretchEnded) and e.payload.stretch == old.number
    )

    def retell(drafts: list[EventDraft]) -> None:
        for place, draft in enumerate(drafts):
            payload: ev.Payload = draft.payload
            match payload:
                case ev.MediaStored(stretch=old.number, segment=segment):
                    payload = told[segment]
                case ev.StretchEnded(stretch=old.number):
                    payload = media.ended(ended_reason)
            drafts[place] = draft.model_copy(update={"payload": payload})

    stretches = [media if s is old else s for s in sealed.stretches]
    return replace(sealed.with_events(retell), stretches=stretches)


def _stored_again(
    media: StretchMedia, clusters: list[bytes], told: ev.MediaStored
) -> ev.MediaStored:
    before = len(media.clusters)
    for number in range(before, told.clusters):
        media.add(clusters[number], told.segment, number * 1000)
    data = media.segment(told.segment)
    again = told.model_copy(
        update={
            "stored_bytes": len(media.file),
            "head": media.head,
            "segment_sha256": sha256_hex(data),
            "segment_bytes": len(data),
        }
    )
    media.stored.append(again)
    return again
