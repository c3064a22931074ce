"""A small script with one step of every kind, and histories of it."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta

from shuanglu.script.model import Script, Text, document_sha256, parse_script
from shuanglu.timeline import events as ev
from shuanglu.timeline.chain import GENESIS_HASH, link
from shuanglu.timeline.events import Actor, Event, EventDraft

ZERO_HASH = "0" * 64
ORIGIN = datetime(2026, 11, 23, 8, 0, 0, tzinfo=UTC)
PROOF = ev.PlaybackProof(
    packets_received=50,
    samples_emitted=48_000,
    samples_concealed=0,
    audio_energy=0.1,
    element_paused=False,
    element_muted=False,
    element_volume=1,
    page_hidden_ms=0,
)


def small_script() -> Script:
    text = {"zh": "请听", "en": "Please listen"}
    pages = [{"zh": "第一页", "en": "Page one"}]
    base = {"title": text, "show": text, "say": "请听。", "clauses": ["REG-21"]}
    choices = [
        {"id": "yes", "label": text, "accepted": True},
        {"id": "no", "label": text, "accepted": False},
    ]
    pinned = document_sha256(tuple(Text.model_validate(page) for page in pages))
    document = {"document": "d", "document_sha256": pinned, "pages": pages}
    return parse_script(
        {
            "id": "small",
            "version": 1,
            "title": text,
            "institution": "演示银行",
            "voice": "zf_xiaoxiao",
            "minimum_assurance": "device_key_and_code",
            "retention_years": 5,
            "estimated_minutes": 1,
            "steps": [
                {**base, "id": "risk", "kind": "disclosure"},
                {**base, "id": "ask", "kind": "question", "choices": choices, "max_attempts": 2},
                {**base, "id": "paper", "kind": "document", **document},
                {**base, "id": "sign", "kind": "signature"},
                {**base, "id": "confirm", "kind": "confirmation"},
            ],
        }
    )


def chained(payloads: Iterable[ev.Payload], *, step_ms: int = 500) -> list[Event]:
    """Events half a second apart, chained."""
    events: list[Event] = []
    prev_hash = GENESIS_HASH
    for seq, payload in enumerate(payloads, start=1):
        draft = EventDraft.model_validate(
            {"actor": Actor.SYSTEM, "media_time_ms": seq * step_ms, "payload": payload}
        )
        at = ORIGIN + timedelta(milliseconds=seq * step_ms)
        event = link(draft, session_id="ses_T", seq=seq, prev_hash=prev_hash, recorded_at=at)
        events.append(event)
        prev_hash = event.hash
    return events


def opening() -> list[ev.Payload]:
    """Everything before the script may begin; media covers two minutes."""
    return [
        ev.ConsentRecorded(kind=ev.ConsentKind.RECORDING, granted=True, text_sha256=ZERO_HASH),
        ev.ConsentRecorded(kind=ev.ConsentKind.FACE, granted=True, text_sha256=ZERO_HASH),
        ev.DeviceChecked(
            microphone_peak_dbfs=-12,
            loudspeaker_confirmed=True,
            brightness=0.5,
            width_px=1280,
            height_px=720,
        ),
        ev.StretchBegun(stretch=1, start_ms=0, video_codec="VP8", init_sha256=ZERO_HASH),
        stored(120_000),
    ]


def stored(end_ms: int, *, stretch: int = 1, segment: int = 1) -> ev.MediaStored:
    return ev.MediaStored(
        stretch=stretch,
        segment=segment,
        clusters=1,
        stored_bytes=1,
        end_ms=end_ms,
        head=ZERO_HASH,
        segment_sha256=ZERO_HASH,
        segment_bytes=1,
    )


def prompted(step_id: str, attempt: int) -> list[ev.Payload]:
    """The step begins and its speech is played."""
    audio = {"audio_sha256": ZERO_HASH}
    step = {"step_id": step_id, "attempt": attempt}
    return [
        ev.StepBegun(**step),
        ev.PromptStarted(**step, **audio, duration_ms=1000, packets=50),
        ev.PromptPlayed(**step, **audio, proof=PROOF),
    ]


def done(step_id: str, attempt: int = 1) -> list[ev.Payload]:
    """A whole attempt that stands."""
    step = {"step_id": step_id, "attempt": attempt}
    turn: dict[str, list[ev.Payload]] = {
        "risk": [],
        "ask": [
            ev.AnswerTapped(**step, choice="yes"),
            ev.AnswerJudged(**step, accepted=True, basis="voice_and_tap"),
        ],
        "paper": [ev.DocumentRead(**step, document_sha256=ZERO_HASH, pages=1, page_seen_ms=(9,))],
        "sign": [signature(step_id, attempt, face="present")],
        "confirm": [confirmation(step_id, attempt)],
    }
    return [*prompted(step_id, attempt), *turn[step_id], ev.StepCompleted(**step)]


def signature(step_id: str, attempt: int, *, face: str) -> ev.SignatureMade:
    return ev.SignatureMade.model_validate(
        {
            "step_id": step_id,
            "attempt": attempt,
            "strokes_sha256": ZERO_HASH,
            "strokes": 1,
            "points": 9,
            "from_ms": 0,
            "to_ms": 1,
            "face": face,
        }
    )


def confirmation(step_id: str, attempt: int) -> ev.ConfirmationSigned:
    return ev.ConfirmationSigned(
        step_id=step_id,
        attempt=attempt,
        statement_sha256=ZERO_HASH,
        assurance=ev.Assurance.DEVICE_KEY_AND_CODE,
        credential_id="c",
        authenticator_data=None,
        client_data_json=None,
        signature="s",
    )


def whole_history() -> list[ev.Payload]:
    steps = ("risk", "ask", "paper", "sign", "confirm")
    return opening() + [payload for step_id in steps for payload in done(step_id)]
