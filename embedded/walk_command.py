"""``shuanglu walk``: the steps that a customer would go through, and how long they speak.

Stage: a thin face of ``shuanglu.script.simulate``. It runs no session. What is not told stays
unknown, and a step whose condition is undecided is done.
"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer
from pydantic import ValidationError

from embedded.lint_command import EXIT_ERRORS, line_of, text_of
from shuanglu.script.lint import lint
from shuanglu.script.model import Script
from shuanglu.script.simulate import SimulatedSale, SimulatedStep, simulate


def walk_command(  # noqa: PLR0917 - typer makes options of all but the first
    file: Annotated[Path, typer.Argument(help="The script (YAML).")],
    age: Annotated[int | None, typer.Option(help="In years, on the day of the sale.")] = None,
    product_risk: Annotated[int | None, typer.Option(help="1 to 5.")] = None,
    risk_level: Annotated[int | None, typer.Option(help="Of the questionnaire, 1 to 5.")] = None,
    channel: Annotated[
        str | None, typer.Option(help="self_service, counter, field or remote.")
    ] = None,
    province: Annotated[str | None, typer.Option(help="As in the script's conditions.")] = None,
    death_benefit: Annotated[bool | None, typer.Option(help="The contract holds one.")] = None,
    returning: Annotated[bool | None, typer.Option(help="A customer who is known.")] = None,
    answer: Annotated[
        list[str] | None, typer.Option(help="STEP=CHOICE, as often as needed.")
    ] = None,
    json_output: Annotated[bool, typer.Option("--json", help="Print the way as JSON.")] = False,  # noqa: FBT002 - typer reads it
) -> None:
    """Print the steps of one customer's way, with their times. It runs nothing."""
    script = _script(file)
    told = {
        "age": age,
        "product_risk": product_risk,
        "risk_level": risk_level,
        "channel": channel,
        "province": province,
        "death_benefit": death_benefit,
        "returning": returning,
        "answers": _answers(script, answer or []),
    }
    try:
        sale = SimulatedSale.model_validate(told)
    except ValidationError as error:
        wrong = error.errors()[0]
        name = str(wrong["loc"][0]).replace("_", "-")
        raise typer.BadParameter(wrong["msg"], param_hint=f"--{name}") from None
    steps = simulate(script, sale)
    if json_output:
        typer.echo(f"[{','.join(step.model_dump_json() for step in steps)}]")
    else:
        _print(script, steps)


def _script(file: Path) -> Script:
    """A script that parses; what the linter says of it otherwise is no matter here."""
    report = lint(text_of(file))
    if report.script is None:
        for finding in report.findings:
            typer.echo(line_of(file, finding), err=True)
        raise typer.Exit(EXIT_ERRORS)
    return report.script


def _answers(script: Script, given: list[str]) -> dict[str, str]:
    choices = {
        step.id: {choice.id for choice in getattr(step, "choices", ())} for step in script.steps
    }
    answers = {}
    for one in given:
        step_id, _, choice = one.partition("=")
        if choice not in choices.get(step_id, ()):
            raise typer.BadParameter(f"{one} is no STEP=CHOICE of the script", param_hint="answer")
        answers[step_id] = choice
    return answers


def _print(script: Script, steps: tuple[SimulatedStep, ...]) -> None:
    typer.echo(f"{script.id} {script.version} {script.title.zh} · {script.title.en}")
    spoken_ms = 0
    for step in steps:
        begins = _clock(spoken_ms) if step.applies else "  –  "
        clauses = " ".join(step.clauses)
        why = f" [{step.reason.zh} · {step.reason.en}]" if step.reason else ""
        typer.echo(f"{begins} {step.step_id:<26} {step.kind:<13} {step.title.zh} ({clauses}){why}")
        spoken_ms += step.speech_ms if step.applies else 0
    done = sum(step.applies for step in steps)
    typer.echo(f"{_clock(spoken_ms)} {done} of {len(steps)} steps; times are of the speech alone")


def _clock(ms: int) -> str:
    return f"{ms // 60_000:02}:{ms // 1000 % 60:02}"
