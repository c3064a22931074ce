"""Documents and their key sentences, by the desk of a real director."""

from __future__ import annotations

from typing import Any

import pytest

from media_worker.direct.live import DeskFacts, LiveFacts, live_status
from shuanglu.errors import ConflictError, InvalidInputError
from shuanglu.script.runner import RunPhase
from shuanglu.timeline import events as ev
from shuanglu.wire.bus import InputRequest
from shuanglu.wire.signalling import DocumentReadReport, KeySentenceReport
from tests.script.test_documents import FILE, SENTENCES
from tests.worker.small_stage import PROMPT, SmallStage
from tests.worker.test_more_kinds import at_turn, inputs_of, script_of

SCRIPT = script_of(
    kind="document", document="d", file=FILE, min_page_ms=1000, key_sentences=SENTENCES
)


class Desk:
    """The document awaits the customer."""

    def __init__(self) -> None:
        self.stage: SmallStage = at_turn(SCRIPT)
        self.inputs = inputs_of(self.stage)
        self.stage.media_ms += 5000

    def phase(self) -> RunPhase:
        return self.stage.state.phase

    async def send(self, message: DocumentReadReport | KeySentenceReport) -> None:
        await self.inputs.take(
            InputRequest(session_id="ses_S", connection_id="con_1", message=message)
        )

    async def read(self, **fields: Any) -> None:
        told = {"document_sha256": FILE["sha256"], "page_seen_ms": (1200, 1500), **fields}
        await self.send(DocumentReadReport.model_validate({"step_id": "it", "attempt": 1, **told}))

    async def mark(self, sentence: int, words: str | None = None) -> None:
        report = {"step_id": "it", "attempt": 1, "sentence": sentence, "words": words}
        await self.send(KeySentenceReport.model_validate(report))


@pytest.fixture
def desk() -> Desk:
    return Desk()


async def test_read_then_tapped_then_copied(desk: Desk) -> None:
    await desk.read()
    assert desk.phase() is RunPhase.AWAITING
    await desk.mark(1)
    await desk.mark(2, "我已了解风险!")
    assert desk.phase() is RunPhase.JUDGING
    appended = [each.model_dump()["type"] for each in desk.stage.appended]
    assert appended == ["document.read", "key_sentence.marked", "key_sentence.marked"]
    assert desk.stage.of(ev.KeySentenceMarked)[1].words == "我已了解风险!"


async def test_a_sentence_said_twice_is_one(desk: Desk) -> None:
    await desk.read()
    await desk.mark(1)
    await desk.mark(1)
    assert len(desk.stage.of(ev.KeySentenceMarked)) == 1


@pytest.mark.parametrize(
    ("fields", "named"),
    [
        ({"document_sha256": "0" * 64}, "document_sha256"),
        ({"page_seen_ms": (1200,)}, "page_seen_ms"),
        ({"page_seen_ms": (1200, 999)}, "page_seen_ms"),
        ({"page_seen_ms": (1200, 60_000)}, "page_seen_ms"),
    ],
)
async def test_reading_that_did_not_happen_is_refused(
    desk: Desk, fields: dict[str, Any], named: str
) -> None:
    with pytest.raises(InvalidInputError) as refused:
        await desk.read(**fields)
    assert refused.value.field == named
    assert desk.stage.appended == []


async def test_reading_counts_from_when_the_document_is_there(desk: Desk) -> None:
    """Whoever begins to read while a voice still asks for it has read."""
    desk.inputs.phase_begins(RunPhase.PROMPTING)
    desk.stage.media_ms += 1600
    desk.inputs.phase_begins(RunPhase.AWAITING)
    await desk.read()
    assert isinstance(desk.stage.appended[-1], ev.DocumentRead)


async def test_a_document_is_read_once(desk: Desk) -> None:
    await desk.read()
    with pytest.raises(ConflictError):
        await desk.read()


async def test_no_sentence_before_the_end_of_reading(desk: Desk) -> None:
    with pytest.raises(ConflictError):
        await desk.mark(1)


@pytest.mark.parametrize(
    ("sentence", "words", "named"),
    [(3, None, "sentence"), (1, "本金可能受损", "words"), (2, None, "words")],
)
async def test_a_sentence_is_marked_as_the_script_says(
    desk: Desk, sentence: int, words: str | None, named: str
) -> None:
    await desk.read()
    with pytest.raises(InvalidInputError) as refused:
        await desk.mark(sentence, words)
    assert refused.value.field == named


async def test_a_wrong_copy_is_told_where(desk: Desk) -> None:
    await desk.read()
    with pytest.raises(InvalidInputError, match="differs at sign 2"):
        await desk.mark(2, "我不了解风险")
    assert desk.stage.of(ev.KeySentenceMarked) == []


async def test_the_phone_is_shown_the_file_and_what_is_left(desk: Desk) -> None:
    await desk.read()
    await desk.mark(1)
    facts = LiveFacts(
        stored_ms=0,
        recording=True,
        prompt_playing=False,
        guidance=(),
        last_failure=None,
        desks=DeskFacts(),
    )
    prompts = {step.id: PROMPT for step in SCRIPT.steps}
    step = live_status(SCRIPT, desk.stage.state, prompts, facts).step
    assert step is not None
    assert step.file is not None
    assert (step.file.pages, step.document_sha256, step.pages) == (2, FILE["sha256"], ())
    assert step.document_read
    assert [each.marked for each in step.key_sentences] == [True, False]
