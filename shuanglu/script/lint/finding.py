"""What a linter finds."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from shuanglu.script.lint.places import Path, Written
from shuanglu.script.model import Script
from shuanglu.script.steps import Text


class Finding(BaseModel):
    """One thing that is wrong, where it stands, and the clause that says so."""

    model_config = ConfigDict(frozen=True, extra="forbid")
    level: Literal["error", "warning"]
    code: str
    line: int = Field(ge=1)
    column: int = Field(ge=1)
    path: str = Field(description="as in steps.3.choices; empty: the whole script")
    clause: str | None = Field(description="REG-n of the design's digest of the rules")
    reason: str | None = Field(
        default=None, description="finer than the code, where one code has several sentences"
    )
    params: dict[str, str] = Field(
        default_factory=dict, description="what the message names: field, value, line and so on"
    )
    message: Text


class LintReport(BaseModel):
    """Everything that was found; ``script`` is absent when the text is none."""

    model_config = ConfigDict(frozen=True, extra="forbid")
    findings: tuple[Finding, ...]
    script: Script | None

    @property
    def is_publishable(self) -> bool:
        """No error was found."""
        return self.script is not None and not any(f.level == "error" for f in self.findings)


def finding(
    written: Written,
    path: Path,
    code: str,
    message: Text,
    *,
    level: Literal["error", "warning"] = "error",
    clause: str | None = None,
    reason: str | None = None,
    params: Mapping[str, str] | None = None,
    place: tuple[int, int] | None = None,
) -> Finding:
    """A finding at the place of ``path``, or at a closer one inside it."""
    line, column = place or written.place(path)
    return Finding(
        level=level,
        code=code,
        line=line,
        column=column,
        path=".".join(str(part) for part in path),
        clause=clause,
        reason=reason,
        params=dict(params or {}),
        message=message,
    )
