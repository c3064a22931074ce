"""Every table. Rows never leave the repositories, which return frozen domain models.

``events`` is the record. ``session_view`` is derived from it and written in the same
transaction; it could be dropped and folded anew.
"""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import BigInteger, Column, Index, LargeBinary, Text, UniqueConstraint
from sqlmodel import Field, SQLModel

from server.storage.types import UtcMilliseconds

SQLModel.metadata.naming_convention = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s",
    "pk": "pk_%(table_name)s",
}
"""Every constraint has a name, so that a migration can change it on every database."""


def _moment(*, optional: bool = False, index: bool = False) -> Column[datetime]:
    return Column(UtcMilliseconds(), nullable=optional, index=index)


class StaffRow(SQLModel, table=True):
    """A staff member."""

    __tablename__ = "staff"
    staff_id: str = Field(primary_key=True, max_length=40)
    username: str = Field(max_length=80, unique=True)
    password_hash: str = Field(max_length=200)
    created_at: datetime = Field(sa_column=_moment())


class StaffLoginRow(SQLModel, table=True):
    """One login: the cookie names it, so that logging out really ends it."""

    __tablename__ = "staff_logins"
    login_id: str = Field(primary_key=True, max_length=40)
    staff_id: str = Field(foreign_key="staff.staff_id", index=True, max_length=40)
    method: str = Field(max_length=20)
    created_at: datetime = Field(sa_column=_moment())
    expires_at: datetime = Field(sa_column=_moment())
    ended_at: datetime | None = Field(default=None, sa_column=_moment(optional=True))


class PasskeyRow(SQLModel, table=True):
    """A staff member's passkey."""

    __tablename__ = "passkeys"
    credential_id: str = Field(primary_key=True, max_length=1400)
    staff_id: str = Field(foreign_key="staff.staff_id", index=True, max_length=40)
    public_key: bytes = Field(sa_column=Column(LargeBinary, nullable=False))
    sign_count: int = Field(sa_column=Column(BigInteger, nullable=False))
    created_at: datetime = Field(sa_column=_moment())


class ChallengeRow(SQLModel, table=True):
    """A WebAuthn challenge that waits for its answer; deleted when it is used."""

    __tablename__ = "challenges"
    challenge: str = Field(primary_key=True, max_length=120)
    purpose: str = Field(max_length=40)
    owner: str | None = Field(default=None, max_length=40)
    expires_at: datetime = Field(sa_column=_moment(index=True))


class ScriptRow(SQLModel, table=True):
    """A published script version; never updated."""

    __tablename__ = "scripts"
    script_id: str = Field(primary_key=True, max_length=40)
    version: int = Field(primary_key=True)
    sha256: str = Field(max_length=64)
    canonical: str = Field(sa_column=Column(Text, nullable=False))
    published_at: datetime = Field(sa_column=_moment())
    in_force_from: datetime = Field(sa_column=_moment())
    published_by: str | None = Field(default=None, max_length=40)
    source: str | None = Field(default=None, sa_column=Column(Text, nullable=True))


class ScriptWithdrawalRow(SQLModel, table=True):
    """A published version taken back from that moment on; the version's own row stays."""

    __tablename__ = "script_withdrawals"
    script_id: str = Field(primary_key=True, max_length=40)
    version: int = Field(primary_key=True)
    withdrawn_at: datetime = Field(sa_column=_moment())
    withdrawn_by: str = Field(foreign_key="staff.staff_id", max_length=40)
    reason: str = Field(max_length=500)


class ScriptDraftRow(SQLModel, table=True):
    """A script being written (``server/scripts/drafts.py``): text that may be wrong."""

    __tablename__ = "script_drafts"
    draft_id: str = Field(primary_key=True, max_length=40)
    script_id: str = Field(index=True, max_length=40)
    text: str = Field(sa_column=Column(Text, nullable=False))
    state: str = Field(max_length=20)
    revision: int
    created_by: str = Field(foreign_key="staff.staff_id", max_length=40)
    changed_at: datetime = Field(sa_column=_moment())
    submitted_by: str | None = Field(default=None, max_length=40)
    reviewed_by: str | None = Field(default=None, max_length=40)
    comment: str | None = Field(default=None, max_length=500)
    version: int | None = None


class ScriptChangeRow(SQLModel, table=True):
    """Who did what to a draft or a version; only ever added to. Four eyes are judged by it."""

    __tablename__ = "script_changes"
    change_id: int | None = Field(default=None, primary_key=True)
    script_id: str = Field(max_length=40)
    draft_id: str | None = Field(default=None, index=True, max_length=40)
    version: int | None = None
    action: str = Field(max_length=20)
    from_state: str | None = Field(default=None, max_length=20)
    to_state: str = Field(max_length=20)
    text_sha256: str = Field(max_length=64)
    staff_id: str = Field(foreign_key="staff.staff_id", max_length=40)
    at: datetime = Field(sa_column=_moment())
    why: str | None = Field(default=None, max_length=500)


class SessionRow(SQLModel, table=True):
    """A recording session and the head of its timeline."""

    __tablename__ = "sessions"
    session_id: str = Field(primary_key=True, max_length=40)
    script_id: str = Field(max_length=40)
    script_version: int
    created_at: datetime = Field(sa_column=_moment())
    created_by: str = Field(foreign_key="staff.staff_id", max_length=40)
    epoch: int = 0
    head_seq: int = 0
    head_hash: str = Field(max_length=64)
    head_recorded_at: datetime | None = Field(default=None, sa_column=_moment(optional=True))
    last_append_id: str | None = Field(default=None, max_length=40)
    last_append_from_seq: int = 0
    last_append_to_seq: int = 0
    recording_origin: datetime | None = Field(default=None, sa_column=_moment(optional=True))
    closed_at: datetime | None = Field(default=None, sa_column=_moment(optional=True))
    seal_refused: str | None = Field(default=None, max_length=200)


class EventRow(SQLModel, table=True):
    """One event of a timeline; ``canonical`` is the RFC 8785 JSON of the whole event."""

    __tablename__ = "events"
    session_id: str = Field(primary_key=True, foreign_key="sessions.session_id", max_length=40)
    seq: int = Field(primary_key=True)
    type: str = Field(max_length=40)
    recorded_at: datetime = Field(sa_column=_moment())
    hash: str = Field(max_length=64)
    canonical: str = Field(sa_column=Column(Text, nullable=False))


class SessionViewRow(SQLModel, table=True):
    """A session as the lists show it: folded from the timeline in the same transaction."""

    __tablename__ = "session_view"
    __table_args__ = (
        Index("ix_session_view_newest", "created_at", "session_id"),
        Index("ix_session_view_phase", "phase", "created_at", "session_id"),
    )
    session_id: str = Field(primary_key=True, foreign_key="sessions.session_id", max_length=40)
    created_at: datetime = Field(sa_column=_moment())
    phase: str = Field(max_length=20)
    outcome: str | None = Field(default=None, max_length=20)
    record_number: str | None = Field(default=None, max_length=40)
    stored_ms: int
    search_text: str = Field(sa_column=Column(Text, nullable=False))
    summary: str = Field(sa_column=Column(Text, nullable=False))


class InvitationRow(SQLModel, table=True):
    """A single-use code, by its hash."""

    __tablename__ = "invitations"
    code_sha256: str = Field(primary_key=True, max_length=64)
    session_id: str = Field(foreign_key="sessions.session_id", index=True, max_length=40)
    created_at: datetime = Field(sa_column=_moment())
    expires_at: datetime = Field(sa_column=_moment())
    used_at: datetime | None = Field(default=None, sa_column=_moment(optional=True))
    withdrawn_at: datetime | None = Field(default=None, sa_column=_moment(optional=True))


class HandoverRow(SQLModel, table=True):
    """A code by which a session goes on in another browser (``server/handovers``)."""

    __tablename__ = "handovers"
    code_sha256: str = Field(primary_key=True, max_length=64)
    digits_hash: str = Field(index=True, max_length=64)
    session_id: str = Field(foreign_key="sessions.session_id", index=True, max_length=40)
    from_browser: str = Field(max_length=20)
    from_platform: str = Field(max_length=20)
    created_at: datetime = Field(sa_column=_moment())
    expires_at: datetime = Field(sa_column=_moment())
    used_at: datetime | None = Field(default=None, sa_column=_moment(optional=True))
    withdrawn_at: datetime | None = Field(default=None, sa_column=_moment(optional=True))


class CredentialRow(SQLModel, table=True):
    """The customer's key for one session (``server/confirmations``)."""

    __tablename__ = "credentials"
    credential_id: str = Field(primary_key=True, max_length=1400)
    session_id: str = Field(
        primary_key=True, foreign_key="sessions.session_id", index=True, max_length=40
    )
    assurance: str = Field(max_length=40)
    public_key: bytes = Field(sa_column=Column(LargeBinary, nullable=False))
    algorithm: int
    sign_count: int = Field(sa_column=Column(BigInteger, nullable=False))
    created_at: datetime = Field(sa_column=_moment())


class StatementRow(SQLModel, table=True):
    """A statement issued for signing, with its exact canonical bytes as text."""

    __tablename__ = "statements"
    __table_args__ = (UniqueConstraint("session_id", "step_id", "attempt", "statement_sha256"),)
    statement_sha256: str = Field(primary_key=True, max_length=64)
    session_id: str = Field(foreign_key="sessions.session_id", index=True, max_length=40)
    step_id: str = Field(max_length=40)
    attempt: int
    canonical: str = Field(sa_column=Column(Text, nullable=False))
    issued_at: datetime = Field(sa_column=_moment())
    used_at: datetime | None = Field(default=None, sa_column=_moment(optional=True))


class OneTimeCodeRow(SQLModel, table=True):
    """The code of the weaker confirmation (REG-17). ``shown_code`` only where staff see it."""

    __tablename__ = "one_time_codes"
    statement_sha256: str = Field(
        primary_key=True, foreign_key="statements.statement_sha256", max_length=64
    )
    session_id: str = Field(foreign_key="sessions.session_id", index=True, max_length=40)
    code_sha256: str = Field(max_length=64)
    shown_code: str | None = Field(default=None, max_length=10)
    channel: str = Field(max_length=20)
    attempts_left: int
    expires_at: datetime = Field(sa_column=_moment())
    used_at: datetime | None = Field(default=None, sa_column=_moment(optional=True))


class RecordRow(SQLModel, table=True):
    """A sealed record (``server/evidence``): what the public page and the receipt tell."""

    __tablename__ = "records"
    record_number: str = Field(primary_key=True, max_length=40)
    session_id: str = Field(foreign_key="sessions.session_id", unique=True, max_length=40)
    institution: str = Field(max_length=80)
    outcome: str = Field(max_length=20)
    recorded_ms: int
    timeline_head: str = Field(max_length=64)
    manifest: str = Field(sa_column=Column(Text, nullable=False))
    manifest_sha256: str = Field(max_length=64)
    manifest_signature: str = Field(max_length=120)
    signing_key: str = Field(max_length=80)
    signing_key_id: str = Field(max_length=40)
    sealed_at: datetime = Field(sa_column=_moment())


class AlertCaseRow(SQLModel, table=True):
    """An alert case (``server/alerts``): folded from the timeline, answered by staff."""

    __tablename__ = "alert_cases"
    __table_args__ = (
        UniqueConstraint("session_id", "alert", "number"),
        Index("ix_alert_cases_listed", "is_acknowledged", "rank", "place", "case_id"),
        Index("ix_alert_cases_due", "is_acknowledged", "escalates_at"),
    )
    case_id: str = Field(primary_key=True, max_length=120)
    session_id: str = Field(foreign_key="sessions.session_id", max_length=40)
    alert: str = Field(max_length=60)
    number: int
    severity: str = Field(max_length=20)
    audience: str = Field(max_length=20)
    detail: str | None = Field(default=None, max_length=200)
    raised_at: datetime = Field(sa_column=_moment())
    first_ms: int = Field(sa_column=Column(BigInteger, nullable=False))
    count: int
    total_ms: int = Field(sa_column=Column(BigInteger, nullable=False))
    ended_at: datetime | None = Field(default=None, sa_column=_moment(optional=True))
    deadline_at: datetime = Field(sa_column=_moment())
    within_s: int
    level: int = 0
    escalates_at: datetime | None = Field(default=None, sa_column=_moment(optional=True))
    escalated_at: datetime | None = Field(default=None, sa_column=_moment(optional=True))
    is_acknowledged: bool = False
    acknowledged_by: str | None = Field(default=None, max_length=80)
    acknowledged_at: datetime | None = Field(default=None, sa_column=_moment(optional=True))
    note: str | None = Field(default=None, max_length=500)
    rank: int
    place: int = Field(sa_column=Column(BigInteger, nullable=False))


class FaceTemplateRow(SQLModel, table=True):
    """A face template that only the media worker can open (``server/templates``)."""

    __tablename__ = "face_templates"
    session_id: str = Field(primary_key=True, foreign_key="sessions.session_id", max_length=40)
    purpose: str = Field(primary_key=True, max_length=20)
    ciphertext: bytes = Field(sa_column=Column(LargeBinary, nullable=False))
    model_sha256: str = Field(max_length=64)
    kept_at: datetime = Field(sa_column=_moment())


class TemplateDeletionRow(SQLModel, table=True):
    """That a session's templates were deleted, when and why. No personal data."""

    __tablename__ = "template_deletions"
    session_id: str = Field(primary_key=True, max_length=40)
    deleted_at: datetime = Field(sa_column=Column(UtcMilliseconds(), primary_key=True))
    reason: str = Field(max_length=20)
    templates: int


class RiskAssessmentRow(SQLModel, table=True):
    """That a customer's risk tolerance was assessed (``server/assessments``); REG-24 counts."""

    __tablename__ = "risk_assessments"
    __table_args__ = (Index("ix_risk_assessments_customer", "customer", "assessed_at"),)
    session_id: str = Field(primary_key=True, foreign_key="sessions.session_id", max_length=40)
    attempt: int = Field(primary_key=True)
    customer: str = Field(max_length=64)
    level: int
    assessed_at: datetime = Field(sa_column=_moment())
