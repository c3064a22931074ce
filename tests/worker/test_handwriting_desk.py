"""Signatures that must be legible: judged at the desk, asked for again, given to a person."""

from __future__ import annotations

from dataclasses import dataclass, replace

import pytest

from demo.handwriting import Stroke, scribbled, written
from media_worker.direct.customer import CustomerInputs
from shuanglu.errors import UnavailableError
from shuanglu.evidence.strokes import strokes_of
from shuanglu.rules.measurement import Measurement
from shuanglu.rules.observation import FacesInSpan
from shuanglu.script.model import Script, parse_script
from shuanglu.script.runner import Append, RunPhase, RunState, Turn, decide
from shuanglu.timeline import events as ev
from shuanglu.wire.bus import SignatureRequest
from shuanglu.wire.http import Signature
from tests.script.scripts import small_script
from tests.worker.small_stage import SmallStage

TEXT = {"zh": "请签名", "en": "Please sign"}
NAME = "王小明"
"""Of the small stage's customer."""


@dataclass(frozen=True)
class Read:
    """What a recogniser would have read."""

    text: str
    confidence: float = 0.95
    model_sha256: str = "c" * 64


def script(**step: object) -> Script:
    """A signature, and the confirmation."""
    whole = small_script().model_dump(mode="json")
    sign = {
        "id": "sign",
        "kind": "signature",
        "title": TEXT,
        "show": TEXT,
        "say": "请签名。",
        "clauses": ["REG-14"],
        "min_ms": 0,
        "legible": True,
        **step,
    }
    return parse_script({**whole, "steps": [sign, whole["steps"][-1]]})


def at_turn(script_: Script) -> SmallStage:
    stage = SmallStage(script=script_, customer_name=NAME)
    stage.state = replace(
        RunState(),
        phase=RunPhase.AWAITING,
        step_id="sign",
        attempt=1,
        attempts={"sign": 1},
        prompt_started=True,
        prompt_played=True,
        turn=Turn(),
    )
    return stage


async def sign(stage: SmallStage, strokes: list[Stroke], *, is_stored: bool = True) -> None:
    """What the server asks of the worker when strokes have come in."""
    low_x, low_y = (min(point[axis] for s in strokes for point in s) for axis in (0, 1))
    points = [
        [
            {"x": x - low_x, "y": y - low_y, "t_ms": 10.0 * place, "pressure": 0.5}
            for place, (x, y) in enumerate(stroke)
        ]
        for stroke in strokes
    ]
    body = {"step_id": "sign", "attempt": 1, "width_px": 360, "height_px": 290, "strokes": points}
    kept = strokes_of("ses_S", Signature.model_validate(body))
    if is_stored:
        assert await stage.keep(kept.canonical, content_type="application/json") == kept.sha256
    inputs = CustomerInputs(stage, stage.director)
    inputs.phase_begins(RunPhase.AWAITING)
    stage.media_ms += 5_000
    request = SignatureRequest(
        session_id="ses_S",
        step_id="sign",
        attempt=1,
        strokes_sha256=kept.sha256,
        strokes=len(kept.strokes),
        points=kept.point_count,
        duration_ms=kept.duration_ms,
    )
    await inputs.signature(request)


def next_failure(stage: SmallStage) -> str | None:
    """Why the attempt does not stand, as the runner decides it; ``None``: it stands."""
    action = decide(stage.script, stage.state)
    assert isinstance(action, Append)
    return action.payload.reason if isinstance(action.payload, ev.StepFailed) else None


GOOD = written(NAME, size_px=80, seed=1)


@pytest.mark.parametrize(
    ("strokes", "read", "outcome", "failure"),
    [
        (GOOD, Read(NAME), ev.Legibility.LEGIBLE, None),
        (GOOD, Read("王"), ev.Legibility.UNSURE, None),
        (GOOD, None, ev.Legibility.NOT_EVALUATED, None),
        (GOOD, Read("李红"), ev.Legibility.OTHER_NAME, "signature_other_name"),
        (GOOD, Read("", 0.0), ev.Legibility.ILLEGIBLE, "signature_illegible"),
        (
            scribbled("zigzag", size_px=90, seed=1),
            Read(NAME),
            ev.Legibility.ILLEGIBLE,
            "signature_illegible",
        ),
    ],
    ids=["the name", "part of it", "no recogniser", "another name", "nothing", "a scribble"],
)
async def test_a_signature_is_judged(
    strokes: list[Stroke], read: Read | None, outcome: ev.Legibility, failure: str | None
) -> None:
    stage = at_turn(script())
    stage.senses.handwritten = read
    await sign(stage, strokes)
    (judged,) = stage.of(ev.SignatureJudged)
    (made,) = stage.of(ev.SignatureMade)
    assert judged.outcome is outcome
    assert judged.strokes_sha256 == made.strokes_sha256
    assert stage.appended.index(judged) < stage.appended.index(made)
    assert judged.text == (read.text if read else None)
    assert judged.model_sha256 == (read.model_sha256 if read else None)
    assert judged.name_of == "session"
    assert next_failure(stage) == failure


async def test_a_script_that_does_not_ask_is_judged_as_before() -> None:
    stage = at_turn(script(legible=None))
    stage.senses.handwritten = Read("李红")
    await sign(stage, GOOD)
    assert stage.of(ev.SignatureJudged) == []
    assert next_failure(stage) is None


async def test_strokes_that_are_not_there_yet_can_be_sent_again() -> None:
    stage = at_turn(script())
    with pytest.raises(UnavailableError):
        await sign(stage, GOOD, is_stored=False)
    assert stage.appended == []
    stage.senses.handwritten = Read(NAME)
    await sign(stage, GOOD)
    assert next_failure(stage) is None


@pytest.mark.parametrize(
    ("faces", "failure"),
    [("several", "several_faces"), ("absent", "face_missing"), ("present", None)],
)
async def test_whoever_signs_is_in_the_picture_and_alone(
    faces: FacesInSpan, failure: str | None
) -> None:
    stage = at_turn(script())
    stage.senses.handwritten, stage.senses.in_the_picture = Read(NAME), faces
    await sign(stage, GOOD)
    assert next_failure(stage) == failure


async def test_another_face_is_refused_though_the_name_is_right() -> None:
    stage = at_turn(script())
    stage.senses.handwritten = Read(NAME)
    stage.senses.measured = [
        Measurement(at_ms=at_ms, source="picture", metrics={ev.Metric.SAME_FACE: 0.05})
        for at_ms in (21_000, 22_000, 23_000)
    ]
    await sign(stage, GOOD)
    assert next_failure(stage) == "other_face"


async def test_after_the_attempts_a_person_takes_over() -> None:
    stage = at_turn(script(max_attempts=1))
    stage.senses.handwritten = Read("", 0.0)
    await sign(stage, GOOD)
    failed = ev.StepFailed(step_id="sign", attempt=1, reason="signature_illegible")
    await stage.append(ev.Actor.SYSTEM, failed)
    action = decide(stage.script, stage.state)
    assert isinstance(action, Append)
    assert action.payload == ev.RouteStaffed(reason="attempts_used_up")
