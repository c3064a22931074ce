"""What the spool holds that the timeline does not know yet, as events.

Stage: recovery, between the disk and the timeline. Pure: it reads no file and appends
nothing. Asked again after its answer was appended, it answers with nothing.
"""

from __future__ import annotations

from collections.abc import Sequence

from media_worker.record.recovery import RecoveredStretch
from shuanglu.timeline import events as ev
from shuanglu.timeline.events import Event


def unannounced(events: Sequence[Event], stretches: Sequence[RecoveredStretch]) -> list[ev.Payload]:
    """The events that are missing, in order; every hole between two stretches is told.

    Nothing at all while nobody can tell when media time began: then no event of this
    recording can have been committed.
    """
    known = _Known(events)
    payloads: list[ev.Payload] = []
    if not known.started:
        origins = [each.recording_origin for each in stretches if each.recording_origin is not None]
        if not origins:
            return []
        payloads.append(ev.RecordingStarted(origin=origins[0]))
    for stretch in sorted(stretches, key=lambda each: each.number):
        if stretch.number not in known.ended:
            payloads += _missing_of(stretch, known)
        known.ends[stretch.number] = stretch.ended.end_ms
    return payloads


class _Known:
    """What the timeline says of the recording."""

    def __init__(self, events: Sequence[Event]) -> None:
        self.started = False
        self.begun: set[int] = set()
        self.ended: set[int] = set()
        self.stored: set[tuple[int, int]] = set()
        self.gaps: set[tuple[int, int]] = set()
        self.ends: dict[int, int] = {}
        for event in events:
            self._take(event.payload)

    def _take(self, payload: ev.Payload) -> None:
        match payload:
            case ev.RecordingStarted():
                self.started = True
            case ev.StretchBegun(stretch=number, start_ms=start_ms):
                self.begun.add(number)
                self.ends[number] = start_ms
            case ev.MediaStored(stretch=number, segment=segment, end_ms=end_ms):
                self.stored.add((number, segment))
                self.ends[number] = end_ms
            case ev.StretchEnded(stretch=number, end_ms=end_ms):
                self.ended.add(number)
                self.ends[number] = end_ms
            case ev.MediaGap(from_ms=from_ms, to_ms=to_ms):
                self.gaps.add((from_ms, to_ms))


def _missing_of(stretch: RecoveredStretch, known: _Known) -> list[ev.Payload]:
    payloads: list[ev.Payload] = []
    if stretch.number not in known.begun:
        payloads += _gap_before(stretch, known)
        payloads.append(stretch.begun)
    payloads += [s for s in stretch.stored if (s.stretch, s.segment) not in known.stored]
    return [*payloads, stretch.ended]


def _gap_before(stretch: RecoveredStretch, known: _Known) -> list[ev.Payload]:
    earlier = [end_ms for number, end_ms in known.ends.items() if number < stretch.number]
    gap = (max(earlier, default=stretch.begun.start_ms), stretch.begun.start_ms)
    if gap[0] >= gap[1] or gap in known.gaps:
        return []
    return [ev.MediaGap(from_ms=gap[0], to_ms=gap[1], reason="server_restarted")]
