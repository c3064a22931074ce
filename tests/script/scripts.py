"""A small script with one step of every kind, and histories of it."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta

from shuanglu.script.model import Script, Text, document_sha256, parse_script
from shuanglu.timeline import events as ev
from shuanglu.timeline.chain import GENESIS_HASH, link
from shuanglu.timeline.events import Actor, Event, EventDraft

ZERO_HASH = "0" * 64
SEEN = {ev.Fact.FACES: "1", ev.Fact.PICTURE: "clear", ev.Fact.SOUND: "heard"}
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


def small_script(*, with_person: bool = True) -> Script:
    """``with_person``: with the two steps that look at the person, card and liveness."""
    text = {"zh": "请听", "en": "Please listen"}
    pages = [{"zh": "第一页", "en": "Page one"}]
    base = {"title": text, "show": text, "say": "请听。", "clauses": ["REG-21"]}
    choices = [
        {"id": "yes", "label": text, "accepted": True},
        {"id": "no", "label": text, "accepted": False},
    ]
    pinned = document_sha256(tuple(Text.model_validate(page) for page in pages))
    person = [
        {**base, "id": "card", "kind": "identity", "sides": ["front", "back"]},
        {**base, "id": "alive", "kind": "liveness", "passes": 2},
    ]
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
                *(person if with_person else []),
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
    """Everything before the script may begin; media covers two minutes, and all is seen."""
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
        *(seen(fact, value) for fact, value in SEEN.items()),
    ]


def seen(fact: ev.Fact, value: str, since_ms: int = 0) -> ev.ObservationChanged:
    return ev.ObservationChanged(fact=fact, value=value, since_ms=since_ms)


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
            compared(step_id, attempt, "answer"),
            ev.AnswerJudged(**step, accepted=True, basis="voice_and_tap"),
        ],
        "paper": [ev.DocumentRead(**step, document_sha256=ZERO_HASH, pages=1, page_seen_ms=(9,))],
        "sign": [
            compared(step_id, attempt, "signature"),
            signature(step_id, attempt, face="present"),
        ],
        "card": [
            *(p for side in ev.CardSide for p in card_shown(step_id, attempt, side)),
            card_confirmed(step_id, attempt),
            compared(step_id, attempt, "card"),
        ],
        "alive": [
            *challenge(step_id, attempt, 1, ev.ChallengeKind.GESTURES, "passed"),
            *challenge(step_id, attempt, 2, ev.ChallengeKind.DIGITS, "passed"),
        ],
        "confirm": [confirmation(step_id, attempt)],
    }
    return [*prompted(step_id, attempt), *turn[step_id], ev.StepCompleted(**step)]


def compared(
    step_id: str | None, attempt: int | None, purpose: str, outcome: str = "same", at_ms: int = 0
) -> ev.FaceCompared:
    return ev.FaceCompared.model_validate(
        {
            "purpose": purpose,
            "step_id": step_id,
            "attempt": attempt,
            "at_ms": at_ms,
            "score": None if outcome == "not_evaluated" else 0.5,
            "same_from": 0.4,
            "other_below": 0.3,
            "outcome": outcome,
            "policy_version": 1,
            "model_sha256": ZERO_HASH,
        }
    )


def card_shown(
    step_id: str, attempt: int, side: ev.CardSide, failed_checks: tuple[str, ...] = ()
) -> list[ev.Payload]:
    step = {"step_id": step_id, "attempt": attempt, "side": side}
    captured = {"at_ms": 0, "still_sha256": ZERO_HASH, "still_bytes": 9, "sharpness": 9.0}
    read = dict.fromkeys(("name", "number", "sex", "birth_date", "valid_from", "valid_until"))
    checked = {"confidence": 0.9, "failed_checks": failed_checks, "model_sha256": ZERO_HASH}
    return [
        ev.IdentityCaptured.model_validate({**step, **captured, "glare_share": 0}),
        ev.IdentityRead.model_validate({**step, **read, **checked}),
    ]


def card_confirmed(
    step_id: str,
    attempt: int,
    failed_checks: tuple[str, ...] = (),
    corrected: tuple[str, ...] = (),
) -> ev.IdentityConfirmed:
    return ev.IdentityConfirmed.model_validate(
        {
            "step_id": step_id,
            "attempt": attempt,
            "name": "王小明",
            "number": "11010519491231002X",
            "corrected": corrected,
            "failed_checks": failed_checks,
        }
    )


def challenged(
    step_id: str, attempt: int, number: int, kind: ev.ChallengeKind, policy_version: int = 3
) -> ev.LivenessChallenged:
    return ev.LivenessChallenged(
        step_id=step_id,
        attempt=attempt,
        challenge=number,
        kind=kind,
        policy_version=policy_version,
    )


def challenge(  # noqa: PLR0917 - a challenge is all of these
    step_id: str,
    attempt: int,
    number: int,
    kind: ev.ChallengeKind,
    outcome: str,
    policy_version: int = 3,
) -> list[ev.Payload]:
    """A challenge from its drawing to its end; ``declined`` is an outcome here."""
    same = {"step_id": step_id, "attempt": attempt, "challenge": number}
    drawn = challenged(step_id, attempt, number, kind, policy_version)
    if outcome == "declined":
        return [drawn, ev.LivenessDeclined.model_validate({**same, "kind": kind})]
    judged = {"kind": kind, "outcome": outcome, "reasons": (), "scores": {}}
    return [
        drawn,
        ev.LivenessPerformed.model_validate({**same, "from_ms": 0, "to_ms": 1, "shown_ms": ()}),
        ev.LivenessJudged.model_validate({**same, **judged, "policy_version": policy_version}),
    ]


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


def legibility(
    step_id: str,
    attempt: int,
    outcome: ev.Legibility = ev.Legibility.LEGIBLE,
    *,
    strokes_sha256: str = ZERO_HASH,
) -> ev.SignatureJudged:
    return ev.SignatureJudged(
        step_id=step_id,
        attempt=attempt,
        strokes_sha256=strokes_sha256,
        outcome=outcome,
        reasons=(),
        scores={},
        text=None,
        name_of="card",
        policy_version=1,
        model_sha256=None,
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
    steps = ("risk", "ask", "paper", "sign", "card", "alive", "confirm")
    return opening() + [payload for step_id in steps for payload in done(step_id)]
