"""Random small scripts, and histories of them: sensible, clumsy and forged events mixed."""

from __future__ import annotations

from typing import Any

from hypothesis import strategies as st

from shuanglu.script.branches import Branch, known_of
from shuanglu.script.conditions import TOLD, Circumstance
from shuanglu.script.model import AskedStep, Script, Step, Text, document_sha256, parse_script
from shuanglu.script.runner import RunState, apply
from shuanglu.timeline import events as ev
from tests.script.reading import read_aloud
from tests.script.scripts import ZERO_HASH, opening, prompted, stored
from tests.script.templates.customer import Customer, still, turn_of

TEXT = {"zh": "请听", "en": "Please listen"}
PAGES = [{"zh": "第一页", "en": "Page one"}]
PINNED = document_sha256(tuple(Text.model_validate(page) for page in PAGES))
QUESTIONS = [
    {
        "id": "only",
        "text": TEXT,
        "options": [{"id": f"o{n}", "label": TEXT, "points": n} for n in range(1, 6)],
    }
]
OF_KIND: dict[str, dict[str, Any]] = {
    "disclosure": {},
    "question": {},
    "consent": {},
    "summary": {},
    "document": {"document": "d", "document_sha256": PINNED, "pages": PAGES},
    "identity": {},
    "liveness": {"passes": 1},
    "signature": {},
    "questionnaire": {"questions": QUESTIONS, "level_from": [2, 3, 4, 5]},
    "show": {"subject": TEXT},
    "talk": {},
}
ASKED = ("question", "consent", "summary")
PLAIN: list[dict[str, Any]] = [
    {"fact": "age", "at_least": 65},
    {"fact": "age", "below": 18},
    {"fact": "product_risk", "at_least": 4},
    {"fact": "risk_level", "is": [3, 5]},
    {"fact": "channel", "is": ["remote", "counter"]},
    {"fact": "province", "is": ["江苏"]},
    {"fact": "death_benefit", "is": [True]},
    {"fact": "returning", "is": [False]},
    {"fact": "level_changed", "is": [True]},
]


@st.composite
def any_script(draw: st.DrawFn) -> Script:
    """One to six steps of any kind, under any conditions, and the confirmation."""
    steps: list[dict[str, Any]] = []
    for number in range(draw(st.integers(min_value=1, max_value=6))):
        asked = [step["id"] for step in steps if step["kind"] in ASKED]
        steps.append(draw(any_step(number, asked)))
    base = {"title": TEXT, "show": TEXT, "say": "请听。", "clauses": []}
    steps.append({**base, "id": "confirm", "kind": "confirmation"})
    return parse_script(
        {
            "id": "any",
            "version": 1,
            "title": TEXT,
            "institution": "演示银行",
            "voice": "zf_xiaoxiao",
            "minimum_assurance": "device_key_and_code",
            "retention_years": 5,
            "estimated_minutes": 1,
            "steps": steps,
        }
    )


@st.composite
def any_step(draw: st.DrawFn, number: int, asked: list[str]) -> dict[str, Any]:
    kind = draw(st.sampled_from(sorted(OF_KIND)))
    step = {
        "id": f"{kind}-{number}",
        "kind": kind,
        "title": TEXT,
        "show": TEXT,
        "say": "请听。",
        "clauses": [],
        "max_attempts": draw(st.sampled_from([1, 2, 3])),
        "on_exhausted": draw(st.sampled_from([None, "stop", "person"])),
        **OF_KIND[kind],
    }
    if kind == "disclosure":
        step["say"] = "请听清楚风险。产品不保证本金。"
        step["delivery"] = draw(st.sampled_from([None, {"by": "agent"}]))
    if kind in ASKED:
        step["choices"] = [
            {"id": "yes-it-is", "label": {"zh": "是", "en": "y"}, "accepted": True},
            {"id": "so-it-is", "label": {"zh": "对", "en": "s"}, "accepted": draw(st.booleans())},
            {
                "id": "no-it-is-not",
                "label": {"zh": "不是", "en": "n"},
                "accepted": False,
                "then": draw(st.sampled_from([None, "again", "stop", "person"])),
            },
        ]
    if draw(st.booleans()):
        step["when"] = draw(conditions(asked))
    return step


def conditions(asked: list[str]) -> st.SearchStrategy[dict[str, Any]]:
    answers = [
        {"answer": step_id, "is": [choice]}
        for step_id in asked
        for choice in ("yes-it-is", "so-it-is")
    ]
    several = st.lists(st.sampled_from([*PLAIN, *answers]), min_size=1, max_size=3)
    return st.one_of(
        st.sampled_from([*PLAIN, *answers]),
        several.map(lambda parts: {"all": parts}),
        several.map(lambda parts: {"any": parts}),
        several.map(lambda parts: {"not": {"any": parts}}),
    )


@st.composite
def any_customer(draw: st.DrawFn, script: Script) -> Customer:
    """A cooperative customer, of any age, at any sale, of which not everything was told."""
    of: dict[Circumstance, st.SearchStrategy[Any]] = {
        Circumstance.AGE: st.sampled_from([17, 18, 40, 64, 65]),
        Circumstance.PRODUCT_RISK: st.integers(min_value=1, max_value=5),
        Circumstance.RISK_LEVEL: st.integers(min_value=1, max_value=5),
        Circumstance.LEVEL_CHANGED: st.booleans(),
        Circumstance.CHANNEL: st.sampled_from(list(ev.Channel)),
        Circumstance.PROVINCE: st.sampled_from(["江苏", "其他"]),
        Circumstance.DEATH_BENEFIT: st.booleans(),
        Circumstance.RETURNING: st.booleans(),
    }
    told = {name: draw(value) for name, value in of.items() if name not in TOLD}
    told |= {
        name: draw(value) for name, value in of.items() if name in TOLD and draw(st.booleans())
    }
    choices = {
        step.id: draw(st.sampled_from(step.accepted_choices))
        for step in script.steps
        if isinstance(step, AskedStep)
    }
    return Customer(script, Branch(known_of(told), ()), choices)


@st.composite
def any_run(draw: st.DrawFn) -> tuple[Script, list[ev.Payload]]:
    """A script and a history of it that gets somewhere, with anything mixed in."""
    script = draw(any_script())
    customer = draw(any_customer(script))
    history: list[ev.Payload] = [customer.created()]
    history += [*opening(), stored(3_600_000, segment=2)] if draw(st.booleans()) else []
    state = RunState()
    for payload in history:
        state = apply(script, state, payload)
    for _ in range(draw(st.integers(min_value=0, max_value=40))):
        odd = draw(st.integers(min_value=0, max_value=4)) == 0
        new = [draw(any_payload(script, state))] if odd else customer.next(state)
        for payload in new:
            state = apply(script, state, payload)
        history += new
    return script, history


@st.composite
def any_payload(draw: st.DrawFn, script: Script, state: RunState) -> ev.Payload:
    """Any event, of the step at hand or of any other."""
    step = draw(st.sampled_from(script.steps))
    attempt = draw(st.integers(min_value=1, max_value=2))
    if state.step_id is not None and draw(st.booleans()):
        step, attempt = script.step(state.step_id), state.attempt
    return draw(st.sampled_from(_events_of(step, attempt)))


def _events_of(step: Step, attempt: int) -> list[ev.Payload]:
    of: dict[str, Any] = {"step_id": step.id, "attempt": attempt}
    reasons = ("interrupted", "customer_redo", "answer_refused", "other_face", "time_used_up")
    stops = ("customer_refused", "not_suitable", "attempts_used_up")
    bases = ("voice_and_tap", "words", "words_refused", "other_face", "voice_missing")
    return [
        ev.StepBegun(**of),
        *prompted(step.id, attempt)[1:],
        ev.PromptInterrupted(**of, reason="page_hidden"),
        *turn_of(step, attempt, "yes-it-is", 3),
        *(ev.AnswerTapped(**of, choice=choice) for choice in ("so-it-is", "no-it-is-not")),
        *(
            ev.AnswerJudged.model_validate({**of, "accepted": accepted, "basis": basis})
            for accepted in (True, False)
            for basis in bases
        ),
        ev.QuestionnaireAnswered(**of, answers={"only": "o1"}, score=5, level=5),
        ev.DocumentRead(**of, document_sha256=ZERO_HASH, pages=1, page_seen_ms=(1,)),
        ev.TalkEnded(**of, from_ms=0, to_ms=1, speech_ms=None),
        still(step.id, attempt),
        ev.ReadingClaimed(**of),
        *read_aloud(step, attempt, without=(1,), ends_round=True),
        ev.StepCompleted(**of),
        *(ev.StepFailed.model_validate({**of, "reason": reason}) for reason in reasons),
        *(ev.ScriptStopped.model_validate({**of, "reason": reason}) for reason in stops),
        ev.RouteStaffed(reason="customer_asked"),
    ]
