"""Bodies of the script editor's HTTP API: drafts, versions, findings, simulations, speech.

Stage: between the office page and ``server/scripts``. A draft is text and may be wrong; a
version is a script that was published and never changes.
"""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Literal

from pydantic import AwareDatetime, Field

from shuanglu.script.conditions import Circumstance
from shuanglu.script.lint import Finding
from shuanglu.script.model import Script, Text
from shuanglu.script.simulate import SimulatedSale, SimulatedStep
from shuanglu.timeline.events import Sha256Hex
from shuanglu.wire.base import Wire

MAX_SCRIPT_CHARACTERS = 200_000
_SCRIPT_ID = r"^[a-z][a-z0-9-]{1,39}$"


class DraftState(StrEnum):
    """How far a draft has come (``server/scripts/draft_state.py`` has the transitions)."""

    DRAFT = "draft"
    SUBMITTED = "submitted"
    APPROVED = "approved"
    REJECTED = "rejected"
    PUBLISHED = "published"
    WITHDRAWN = "withdrawn"


class VersionState(StrEnum):
    """What a published version means for a session that is created now."""

    FUTURE = "future"
    IN_FORCE = "in_force"
    REPLACED = "replaced"
    WITHDRAWN = "withdrawn"


class ScriptVersion(Wire):
    """A published version."""

    script_id: str
    version: int
    sha256: Sha256Hex
    title: Text
    state: VersionState
    published_at: datetime
    published_by: str | None = Field(description="null: it came with a release of the product")
    in_force_from: datetime
    withdrawn_at: datetime | None
    withdrawn_by: str | None
    withdrawn_because: str | None


class DraftSummary(Wire):
    """A draft as the list shows it."""

    draft_id: str
    script_id: str
    state: DraftState
    revision: int = Field(description="rises with every change; a change names the one it is of")
    created_by: str
    changed_at: datetime
    submitted_by: str | None
    reviewed_by: str | None
    comment: str | None = Field(description="the reviewer's")
    version: int | None = Field(description="under which it was published")


class ScriptShelf(Wire):
    """One script: its versions, newest first, and the drafts of the next one."""

    script_id: str
    versions: tuple[ScriptVersion, ...]
    drafts: tuple[DraftSummary, ...]


class ScriptShelves(Wire):
    """Every script."""

    items: tuple[ScriptShelf, ...]
    now: datetime = Field(description="the server's clock, by which versions come into force")


class ScriptVersionText(Wire):
    """A version with its YAML."""

    version: ScriptVersion
    text: str


class DraftView(Wire):
    """A draft with its YAML, and what the caller may do with it."""

    draft: DraftSummary
    text: str
    next_version: int = Field(description="the number that the text must carry to be published")
    in_force_version: int | None = Field(description="what sessions created now get; null: none")
    written_by: tuple[str, ...] = Field(description="everybody who wrote or submitted it")
    is_mine: bool = Field(description="the caller is among them, and so cannot approve it")


class ScriptChange(Wire):
    """One line of a script's history."""

    at: datetime
    by: str
    action: str = Field(description="write, submit, reopen, approve, reject, publish, withdraw")
    state: DraftState = Field(description="what the draft was afterwards")
    draft_id: str | None = Field(description="null: a version that came with the product")
    version: int | None
    why: str | None = Field(description="the reviewer's comment, or why it was taken back")


class ScriptHistory(Wire):
    """Who did what to a script, when and why; the latest first."""

    items: tuple[ScriptChange, ...]


class ScriptTemplate(Wire):
    """A script to start from, as the list shows it."""

    template_id: str
    title: Text
    sale: Text = Field(description="the kind of sale, and so what the linter demands")
    circumstances: tuple[Circumstance, ...] = Field(description="told when a session is created")
    estimated_minutes: int
    step_count: int


class ScriptTemplates(Wire):
    """Every template."""

    items: tuple[ScriptTemplate, ...]


class ScriptTemplateText(Wire):
    """A template's YAML; its comments say what must be replaced."""

    template: ScriptTemplate
    text: str


class ScriptText(Wire):
    """YAML that may be wrong."""

    text: str = Field(max_length=MAX_SCRIPT_CHARACTERS)


class NewDraft(ScriptText):
    """A draft of a script's next version, or of a new script's first."""

    script_id: str = Field(pattern=_SCRIPT_ID)


class DraftChange(Wire):
    """Names the revision that the caller has seen."""

    revision: int = Field(ge=1)


class SaveDraft(DraftChange):
    """The draft's new text."""

    text: str = Field(max_length=MAX_SCRIPT_CHARACTERS)


class ApproveDraft(DraftChange):
    """The second pair of eyes agrees."""

    comment: str = Field(default="", max_length=500)


class RejectDraft(DraftChange):
    """The second pair of eyes does not, and says why."""

    comment: str = Field(min_length=1, max_length=500)


class PublishDraft(DraftChange):
    """From when on new sessions get it; null is now."""

    in_force_from: AwareDatetime | None


class WithdrawVersion(Wire):
    """Why a version is taken back."""

    reason: str = Field(min_length=1, max_length=500)


class ScriptLint(Wire):
    """What is wrong with a text, and the script that it is, if it is one."""

    findings: tuple[Finding, ...]
    is_publishable: bool
    script: Script | None


class SimulateScript(ScriptText):
    """Let a customer go through a script on paper."""

    sale: SimulatedSale


class ScriptSimulation(Wire):
    """The way of that customer; ``total_ms`` is the speech of the steps that apply."""

    steps: tuple[SimulatedStep, ...]
    total_ms: int


class SpeechRefusal(StrEnum):
    """Why the speech of a script cannot be rendered; the office has a sentence for each."""

    NO_VOICE = "no_voice"  # the script names a voice that is not there
    NO_WORDS = "no_words"  # the voice cannot say what a step says
    NO_RECORDING = "no_recording"  # a step's recorded voice is not there, or cannot be played
    FAILED = "failed"  # rendering broke down, or took too long


class StepSpeech(Wire):
    """The rendered speech of a step."""

    step_id: str
    audio_sha256: Sha256Hex
    duration_ms: int


class SpeechView(Wire):
    """Whether the speech of a script is there; ``steps`` only when it is ready."""

    state: Literal["rendering", "ready", "refused"]
    steps: tuple[StepSpeech, ...] = ()
    refused_step: str | None = None
    refused_because: str | None = None
    refused_reason: SpeechRefusal | None = None
