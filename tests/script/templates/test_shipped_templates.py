"""What every template promises to whoever starts from it."""

from __future__ import annotations

import re

import pytest
import yaml

from shuanglu.errors import NotFoundError
from shuanglu.rules.words import classify_answer
from shuanglu.script.branches import Branch
from shuanglu.script.lint import lint
from shuanglu.script.lint.demands import unmet, ways_told_apart
from shuanglu.script.model import AskedStep, DisclosureStep, DocumentStep, Script, parse_script
from shuanglu.script.scenarios import scenario, scenario_ids
from shuanglu.script.templates import (
    DEMONSTRATIONS,
    demonstrations,
    shipped_templates,
    template,
    template_ids,
)

MOST_SENTENCES = 4


def script_of(template_id: str) -> Script:
    return parse_script(yaml.safe_load(template(template_id).text))


def test_there_is_a_template_for_every_kind_of_sale() -> None:
    assert {each.scenario for each in shipped_templates()} == set(scenario_ids())
    assert len(template_ids()) == 7


def test_templates_are_not_published_and_demonstrations_are() -> None:
    published = demonstrations()
    assert len(published) == len(DEMONSTRATIONS)
    assert not {script.id for script in published}.intersection(template_ids())


def test_an_unknown_template_or_a_demonstration_is_no_template() -> None:
    for name in ("moon-landing", DEMONSTRATIONS[0], "../templates/bank-life"):
        with pytest.raises(NotFoundError):
            template(name)


@pytest.mark.parametrize("template_id", template_ids())
def test_a_template_lints_without_error_or_warning(template_id: str) -> None:
    found = template(template_id)
    report = lint(found.text)
    assert report.findings == ()
    assert report.script is not None
    assert report.script.id == template_id


@pytest.mark.parametrize("template_id", template_ids())
def test_a_demand_that_one_step_meets_alone_is_missed_without_it(template_id: str) -> None:
    script = script_of(template_id)
    demanded = scenario(script.scenario or "")
    assert demanded is not None
    ways = ways_told_apart(script, demanded)
    assert unmet(demanded, ways) == ()
    needed = set()
    for step in script.steps:
        without = [Branch(w.known, tuple(s for s in w.steps if s.id != step.id)) for w in ways]
        if unmet(demanded, without):
            needed.add(step.id)
    assert len(needed) >= 0.7 * len(script.steps), sorted({s.id for s in script.steps} - needed)


@pytest.mark.parametrize("template_id", template_ids())
def test_what_is_said_can_be_spoken_and_is_short(template_id: str) -> None:
    for step in script_of(template_id).steps:
        assert not re.search(r"[0-9A-Za-z【】\[\]]", step.say), step.id
        if isinstance(step, DisclosureStep):
            assert len(re.findall(r"[。！？]", step.say)) <= MOST_SENTENCES, step.id


@pytest.mark.parametrize("template_id", template_ids())
def test_sample_values_are_marked(template_id: str) -> None:
    found = template(template_id)
    assert found.text.count("请替换") >= 5
    for step in script_of(template_id).steps:
        if isinstance(step, DocumentStep):
            before = found.text.split(f"  - id: {step.id}\n")[0].splitlines()[-1]
            assert "请替换" in before, step.id
            assert 2 <= len(step.pages) <= 3


@pytest.mark.parametrize("template_id", template_ids())
def test_answers_mean_what_the_template_says(template_id: str) -> None:
    asked = [step for step in script_of(template_id).steps if isinstance(step, AskedStep)]
    assert len(asked) >= 5
    for step in asked:
        for words in (*step.accepted_words, *step.yes_words):
            found = classify_answer(words, step.yes_words, step.no_words)
            assert found == "yes", (step.id, words, found)
        for words in step.no_words:
            found = classify_answer(words, step.yes_words, step.no_words)
            assert found == "no", (step.id, words, found)
