"""The script runner: a pure state machine over the timeline.

Stage: ``fold`` turns events into a :class:`RunState`; ``decide`` says what must
happen next. It never plays, waits or appends: the director does. The same
timeline always folds to the same state, so a crash at any event resumes there.
"""

from shuanglu.script.runner.actions import (
    Action,
    Append,
    CaptureCard,
    CaptureStill,
    Challenge,
    CompareFace,
    CountAssessments,
    Finish,
    JudgeAnswer,
    JudgeReading,
    PlayPrompt,
)
from shuanglu.script.runner.apply import apply, fold
from shuanglu.script.runner.card import Card
from shuanglu.script.runner.decide import decide, next_step_id
from shuanglu.script.runner.liveness import Challenges
from shuanglu.script.runner.state import TRANSITIONS, RunPhase, RunState
from shuanglu.script.runner.turn import Turn

__all__ = [
    "TRANSITIONS",
    "Action",
    "Append",
    "CaptureCard",
    "CaptureStill",
    "Card",
    "Challenge",
    "Challenges",
    "CompareFace",
    "CountAssessments",
    "Finish",
    "JudgeAnswer",
    "JudgeReading",
    "PlayPrompt",
    "RunPhase",
    "RunState",
    "Turn",
    "apply",
    "decide",
    "fold",
    "next_step_id",
]
