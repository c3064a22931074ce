"""Steps 4, 5, 10 and 12: the chain, the script, the verdict and the times."""

from __future__ import annotations

from datetime import datetime, timedelta
from itertools import pairwise
from typing import Any

from shuanglu.errors import InvalidInputError
from shuanglu.evidence.check import canonical_json, counted, fail, require, validated
from shuanglu.evidence.checks.person import check_person
from shuanglu.evidence.findings import Findings
from shuanglu.evidence.manifest import TimelineEntry
from shuanglu.evidence.models import models_named_by
from shuanglu.evidence.names import SCRIPT_FILE, TIMELINE_FILE
from shuanglu.evidence.package import read_whole
from shuanglu.script.model import Script, parse_script
from shuanglu.script.verdict import judge
from shuanglu.timeline import events as ev
from shuanglu.timeline.chain import ChainBrokenError, sha256_hex, verify_chain
from shuanglu.timeline.events import Event

MAX_LINES = 500_000
CLOCK_SLACK = timedelta(seconds=2)
"""Media time runs on the worker's monotonic clock, ``recorded_at`` on the server's."""


def check_chain(findings: Findings) -> str:
    """(4) Every event follows the one before it, and the head is the one that was signed.

    Does not prove that no event was left out before it was ever committed.
    """
    manifest = findings.manifest
    data = read_whole(findings.package, TIMELINE_FILE)
    require(data.endswith(b"\n"), "not_canonical", "the timeline's last line is cut")
    lines = data[:-1].split(b"\n")
    require(len(lines) <= MAX_LINES, "too_large", "the timeline has too many events")
    raw = [_line(line, number) for number, line in enumerate(lines, start=1)]
    try:
        head = verify_chain(raw, session_id=manifest.session_id)
    except ChainBrokenError as error:
        fail("chain_broken", str(error))
    told = TimelineEntry(events=len(raw), head=head, sha256=sha256_hex(data), bytes=len(data))
    require(told == manifest.timeline, "head", "the timeline is not the one that was signed")
    findings.events = tuple(_event(value) for value in raw)
    _check_frame(findings)
    return f"{counted(len(raw), 'event')}, head {head[:16]}"


def _line(line: bytes, number: int) -> dict[str, Any]:
    value = canonical_json(line, what=f"line {number} of the timeline")
    if not isinstance(value, dict):
        fail("malformed", f"line {number} of the timeline is not an event")
    return value


def _event(value: dict[str, Any]) -> Event:
    event = validated(lambda: Event.model_validate(value), what=f"event {value['seq']}")
    same = event.model_dump(mode="json") == value
    require(same, "not_canonical", f"event {event.seq} is written in an unusual way")
    return event


def _check_frame(findings: Findings) -> None:
    """The timeline begins with its session and ends with its verdict, each once."""
    created = [event for event, _ in findings.payloads(ev.SessionCreated)]
    require(created == [findings.events[0]], "frame", "the timeline does not begin with a session")
    given = [event for event, _ in findings.payloads(ev.VerdictGiven)]
    require(given == [findings.events[-1]], "frame", "the timeline does not end with a verdict")


def check_script(findings: Findings) -> str:
    """(5) The script is valid, and is the version that the session was created with.

    Does not prove that the script says what a regulation demands.
    """
    data = read_whole(findings.package, SCRIPT_FILE)
    value = canonical_json(data, what="the script")
    try:
        script = parse_script(value)
    except InvalidInputError as error:
        fail("malformed", f"the script does not hold: {error.field}")
    same_bytes = sha256_hex(data) == script.sha256
    require(same_bytes, "not_canonical", "the script is written in an unusual way")
    own = (script.id, script.version, script.sha256)
    entry = findings.manifest.script
    require(own == (entry.id, entry.version, entry.sha256), "script", "another script was signed")
    created = findings.first(ev.SessionCreated)
    if created is None:
        fail("frame", "the timeline does not begin with a session")
    told = (created.script_id, created.script_version, created.script_sha256)
    require(own == told, "script", "the session was created with another script")
    known = created.institution == findings.manifest.institution
    require(known, "institution", "the manifest names another institution than the timeline")
    _check_steps_exist(findings, script)
    findings.found_script = script
    return f"{script.id} version {script.version}"


def _check_steps_exist(findings: Findings, script: Script) -> None:
    known = {step.id for step in script.steps}
    for event in findings.events:
        named = getattr(event.payload, "step_id", None)
        require(named is None or named in known, "step", f"event {event.seq} names no known step")


def check_verdict(findings: Findings) -> str:
    """(10) The verdict follows from the timeline by the rules, and is the one that was signed.

    Card, faces, challenges and words agree with themselves first (``checks/person.py``).

    Does not prove that the facts which observers wrote are right; their models are named.
    """
    check_person(findings)
    given = findings.events[-1].payload
    try:
        derived = judge(findings.script, findings.events)
    except InvalidInputError as error:
        fail("policy", f"the verdict follows a policy that is not known here: {error.field}")
    require(given == derived, "verdict", "the verdict does not follow from the timeline")
    require(findings.manifest.verdict == given, "verdict", "the manifest gives another verdict")
    models = models_named_by(findings.events)
    require(findings.manifest.models == models, "models", "the manifest names other models")
    return derived.outcome.value


def check_times(findings: Findings) -> str:
    """(12) Time never steps back, and media time fits the clock on the wall.

    Does not prove the server's clock: no outside authority has stamped the record.
    """
    events = findings.events
    for before, after in pairwise(events):
        forward = before.recorded_at <= after.recorded_at
        require(forward, "time_backwards", f"event {after.seq} is earlier than the one before it")
    sealed_late = findings.manifest.sealed_at >= events[-1].recorded_at
    require(sealed_late, "sealed_early", "the record was sealed before its last event")
    started = findings.first(ev.RecordingStarted)
    for event in events:
        _check_media_time(event, started.origin if started else None)
    return f"{events[0].recorded_at:%Y-%m-%d %H:%M:%S} to {events[-1].recorded_at:%H:%M:%S} UTC"


def _check_media_time(event: Event, origin: datetime | None) -> None:
    told_ms = [value for value in _media_times(event) if value is not None]
    if not told_ms:
        return
    if origin is None:
        fail("media_time", f"event {event.seq} has a media time, but nothing was recorded")
    latest = origin + timedelta(milliseconds=max(told_ms))
    plausible = latest <= event.recorded_at + CLOCK_SLACK
    require(plausible, "media_time", f"event {event.seq} speaks of media from the future")


def _media_times(event: Event) -> list[int | None]:
    match event.payload:
        case ev.MediaStored(end_ms=end_ms) | ev.StretchEnded(end_ms=end_ms):
            return [event.media_time_ms, end_ms]
        case (
            ev.IdentityCaptured(at_ms=at_ms)
            | ev.StillCaptured(at_ms=at_ms)
            | ev.FaceCompared(at_ms=at_ms)
        ):
            return [event.media_time_ms, at_ms]
        case ev.LivenessPerformed(to_ms=to_ms) | ev.SpeechRecognised(to_ms=to_ms):
            return [event.media_time_ms, to_ms]
        case ev.ScreenStored(to_ms=to_ms) | ev.ScreenGap(to_ms=to_ms):
            return [event.media_time_ms, to_ms]
        case ev.ObservationsSampled(at_ms=at_ms):
            return [event.media_time_ms, *at_ms]
    return [event.media_time_ms]
