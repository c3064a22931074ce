from __future__ import annotations

from typing import Any

import pytest

from shuanglu.errors import InvalidInputError
from shuanglu.evidence.strokes import parse_strokes
from shuanglu.wire.bus import Done, SignatureRequest
from tests.evidence.signatures import signature_of
from tests.server.evidence.act import SessionAct
from tests.server.stage import Stage


class Worker:
    """The director's end of the bus."""

    def __init__(self) -> None:
        self.asked: list[SignatureRequest] = []
        self.refuses = False

    async def judge(self, request: SignatureRequest) -> Done:
        self.asked.append(request)
        if self.refuses:
            raise InvalidInputError("that is too short to be a signature", field="strokes")
        return Done()


@pytest.fixture
async def act(stage: Stage) -> SessionAct:
    act = await SessionAct.joined(stage)
    await act.until_signature()
    return act


@pytest.fixture
async def worker(stage: Stage) -> Worker:
    worker = Worker()
    await stage.parts.bus.serve("media.signature", SignatureRequest, worker.judge)
    return worker


def body(**changed: Any) -> dict[str, Any]:
    return {**signature_of("signature", 1).model_dump(mode="json"), **changed}


def points(count: int) -> list[dict[str, int]]:
    return [{"x": 1, "y": 1, "t_ms": n, "pressure": 0} for n in range(count)]


async def test_strokes_are_stored_and_judged_by_the_worker(act: SessionAct, worker: Worker) -> None:
    response = await act.post("/signature", body())
    assert response.status == 204, await response.text()
    asked = worker.asked[0]
    data = await act.stage.parts.objects.get(
        f"sessions/{act.session_id}/objects/{asked.strokes_sha256}"
    )
    strokes = parse_strokes(data)
    assert strokes.sha256 == asked.strokes_sha256
    assert (asked.strokes, asked.points, asked.duration_ms) == (2, 15, 440)


async def test_what_the_worker_refuses_is_told(act: SessionAct, worker: Worker) -> None:
    worker.refuses = True
    problem = await act.stage.problem(await act.post("/signature", body()), 400, "invalid_input")
    assert problem["field"] == "strokes"


async def test_without_a_worker_it_is_unavailable(act: SessionAct) -> None:
    await act.stage.problem(await act.post("/signature", body()), 503, "unavailable")


@pytest.mark.parametrize(
    ("changed", "code", "status"),
    [
        ({"attempt": 2}, "conflict", 409),
        ({"step_id": "risk"}, "conflict", 409),
        ({"strokes": []}, "invalid_input", 400),
        ({"strokes": [[]]}, "invalid_input", 400),
        ({"strokes": [points(3)]}, "invalid_input", 400),
        ({"strokes": [points(1)] * 201}, "invalid_input", 400),
        ({"strokes": [points(5001)]}, "invalid_input", 400),
        ({"strokes": [points(4001)] * 5}, "too_large", 413),
        ({"strokes": [[{"x": -1, "y": 0, "t_ms": 0, "pressure": 0}]]}, "invalid_input", 400),
        ({"width_px": 0}, "invalid_input", 400),
        ({"more": 1}, "invalid_input", 400),
    ],
)
async def test_what_is_no_signature_is_refused_and_not_stored(
    act: SessionAct, worker: Worker, changed: dict[str, Any], code: str, status: int
) -> None:
    before = await act.stage.parts.objects.keys(f"sessions/{act.session_id}/objects/")
    await act.stage.problem(await act.post("/signature", body(**changed)), status, code)
    assert worker.asked == []
    assert await act.stage.parts.objects.keys(f"sessions/{act.session_id}/objects/") == before


async def test_out_of_turn_it_is_refused(stage: Stage, worker: Worker) -> None:
    act = await SessionAct.joined(stage)
    await stage.problem(await act.post("/signature", body()), 409, "conflict")
    assert worker.asked == []


async def test_one_session_cannot_fill_the_store_with_signatures(
    act: SessionAct, worker: Worker
) -> None:
    """Each one is stored before the worker judges its moment."""
    for _ in range(act.stage.parts.settings.signatures_per_window):
        assert (await act.post("/signature", body())).status == 204
    await act.stage.problem(await act.post("/signature", body()), 429, "too_many_attempts")
    assert len(worker.asked) == act.stage.parts.settings.signatures_per_window
    act.clock.advance(ms=act.stage.parts.settings.customer_requests_window_s * 1000 + 1)
    assert (await act.post("/signature", body())).status == 204
