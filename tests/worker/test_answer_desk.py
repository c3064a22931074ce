"""Spoken and tapped answers: what is sure decides, what contradicts is asked again."""

from __future__ import annotations

from dataclasses import replace
from typing import Literal

import pytest

from shuanglu.rules.measurement import Measurement
from shuanglu.rules.observation import VoiceEvidence as Voice
from shuanglu.script.runner import JudgeAnswer
from shuanglu.timeline import events as ev
from shuanglu.timeline.events import Metric, Speaker, SpeechRecognised
from tests.script.scripts import small_script
from tests.worker.small_stage import SmallStage, awaited

HEARD = Voice(speech_ms=600, first_ms=20_500, last_ms=21_100, evaluated=True)


def asked() -> SmallStage:
    """A question was just spoken to its end, at 20 s."""
    script = small_script(with_person=False)
    steps = tuple(
        step.model_copy(
            update={
                "choices": tuple(
                    choice.model_copy(
                        update={
                            "label": choice.label.model_copy(
                                update={"zh": "清楚" if choice.accepted else "不清楚"}
                            )
                        }
                    )
                    for choice in step.choices
                )
            }
        )
        if step.kind == "question"
        else step
        for step in script.steps
    )
    stage = SmallStage(script=script.model_copy(update={"steps": steps}))
    stage.state = awaited("ask", "risk")
    stage.director.answers.question_ended()
    stage.media_ms = 22_000
    return stage


def said(
    text: str,
    *,
    confidence: float = 0.9,
    lips: Literal["moving", "still", "not_seen"] = "moving",
    from_ms: int = 20_500,
) -> SpeechRecognised:
    return SpeechRecognised(
        speaker=Speaker.CUSTOMER,
        from_ms=from_ms,
        to_ms=from_ms + 600,
        evaluated=True,
        text=text,
        confidence=confidence,
        lips=lips,
        model="m",
        model_sha256="a" * 64,
    )


async def tapped(stage: SmallStage, choice: str) -> ev.AnswerJudged:
    await stage.append(ev.Actor.CUSTOMER, ev.AnswerTapped(step_id="ask", attempt=1, choice=choice))
    await stage.director.answers.judge_tap(JudgeAnswer("ask", 1, choice))
    return judged(stage)


def judged(stage: SmallStage) -> ev.AnswerJudged:
    found = [p for p in stage.appended if isinstance(p, ev.AnswerJudged)]
    assert len(found) == 1
    return found[0]


async def test_sure_words_need_no_tap() -> None:
    stage = asked()
    await stage.director.answers.words(said("清楚"))
    found = judged(stage)
    assert (found.accepted, found.basis, found.words) == (True, "words", "清楚")
    heard = stage.of(ev.AnswerHeard)[0]
    assert heard.hesitation_ms == 500


async def test_a_clear_no_needs_no_tap_either() -> None:
    stage = asked()
    await stage.director.answers.words(said("不清楚"))
    found = judged(stage)
    assert (found.accepted, found.basis) == (False, "words_refused")


@pytest.mark.parametrize(
    "heard",
    [
        said("今天下雨了"),
        said("清楚", confidence=0.3),
        said("清楚", lips="still"),
        said("什么意思"),
        said("清楚", from_ms=15_000),
    ],
    ids=["unclear", "unsure", "another's mouth", "question", "before the question ended"],
)
async def test_anything_else_waits_for_the_tap(heard: SpeechRecognised) -> None:
    stage = asked()
    await stage.director.answers.words(heard)
    assert not stage.of(ev.AnswerJudged)


@pytest.mark.parametrize(
    ("words", "choice", "voice", "basis", "accepted"),
    [
        ("清楚", "yes", HEARD, "words_and_tap", True),
        ("今天下雨了", "yes", HEARD, "voice_and_tap", True),
        ("不清楚", "yes", HEARD, "words_contradict", False),
        ("清楚", "no", HEARD, "choice_refused", False),
        (None, "yes", HEARD, "voice_and_tap", True),
        (None, "yes", replace(HEARD, speech_ms=0, first_ms=None), "voice_missing", False),
        (
            None,
            "yes",
            replace(HEARD, speech_ms=0, first_ms=None, evaluated=False),
            "tap_voice_not_evaluated",
            True,
        ),
    ],
)
async def test_a_tap_is_held_to_what_was_said(
    words: str | None,
    choice: str,
    voice: Voice,
    basis: str,
    accepted: bool,  # noqa: FBT001 - a column of the table
) -> None:
    stage = asked()
    stage.senses.evidence = voice
    stage.senses.heard = [said(words)] if words else []
    found = await tapped(stage, choice)
    assert (found.basis, found.accepted) == (basis, accepted)


async def test_another_face_at_the_answer_refuses_it() -> None:
    stage = asked()
    stage.senses.evidence = HEARD
    stage.senses.measured = [
        Measurement(at_ms, "picture", {Metric.SAME_FACE: 0.05})
        for at_ms in range(12_000, 22_000, 500)
    ]
    found = await tapped(stage, "yes")
    assert (found.basis, found.accepted) == ("other_face", False)
    assert stage.of(ev.FaceCompared)[0].outcome is ev.FaceOutcome.OTHER


async def test_live_voice_marks_the_answer_once() -> None:
    stage = asked()
    await stage.director.answers.voice(20_500, 20_600)
    assert not stage.of(ev.AnswerHeard), "a click is no answer"
    await stage.director.answers.voice(20_500, 21_100)
    await stage.director.answers.voice(21_500, 22_000)
    assert len(stage.of(ev.AnswerHeard)) == 1
