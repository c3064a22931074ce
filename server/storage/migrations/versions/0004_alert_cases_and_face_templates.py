"""Alert cases, sealed face templates, and the log of their deletions

Revision: 0004, after 0003
"""

from __future__ import annotations

from datetime import datetime

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def _moment(name: str, *, nullable: bool = False) -> sa.Column[datetime]:
    return sa.Column(name, sa.DateTime(timezone=True), nullable=nullable)


def upgrade() -> None:
    _alert_cases()
    op.create_table(
        "face_templates",
        sa.Column("session_id", sa.String(length=40), nullable=False),
        sa.Column("purpose", sa.String(length=20), nullable=False),
        sa.Column("ciphertext", sa.LargeBinary(), nullable=False),
        sa.Column("model_sha256", sa.String(length=64), nullable=False),
        _moment("kept_at"),
        sa.ForeignKeyConstraint(
            ["session_id"], ["sessions.session_id"], name="fk_face_templates_session_id"
        ),
        sa.PrimaryKeyConstraint("session_id", "purpose", name="pk_face_templates"),
    )
    op.create_table(
        "template_deletions",
        sa.Column("session_id", sa.String(length=40), nullable=False),
        _moment("deleted_at"),
        sa.Column("reason", sa.String(length=20), nullable=False),
        sa.Column("templates", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("session_id", "deleted_at", name="pk_template_deletions"),
    )


def _alert_cases() -> None:
    op.create_table(
        "alert_cases",
        sa.Column("case_id", sa.String(length=120), nullable=False),
        sa.Column("session_id", sa.String(length=40), nullable=False),
        sa.Column("alert", sa.String(length=60), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("severity", sa.String(length=20), nullable=False),
        sa.Column("audience", sa.String(length=20), nullable=False),
        sa.Column("detail", sa.String(length=200), nullable=True),
        _moment("raised_at"),
        sa.Column("first_ms", sa.BigInteger(), nullable=False),
        sa.Column("count", sa.Integer(), nullable=False),
        sa.Column("total_ms", sa.BigInteger(), nullable=False),
        _moment("ended_at", nullable=True),
        _moment("deadline_at"),
        sa.Column("within_s", sa.Integer(), nullable=False),
        sa.Column("level", sa.Integer(), nullable=False),
        _moment("escalates_at", nullable=True),
        _moment("escalated_at", nullable=True),
        sa.Column("is_acknowledged", sa.Boolean(), nullable=False),
        sa.Column("acknowledged_by", sa.String(length=80), nullable=True),
        _moment("acknowledged_at", nullable=True),
        sa.Column("note", sa.String(length=500), nullable=True),
        sa.Column("rank", sa.Integer(), nullable=False),
        sa.Column("place", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["session_id"], ["sessions.session_id"], name="fk_alert_cases_session_id"
        ),
        sa.PrimaryKeyConstraint("case_id", name="pk_alert_cases"),
        sa.UniqueConstraint(
            "session_id", "alert", "number", name="uq_alert_cases_session_id_alert_number"
        ),
    )
    op.create_index(
        "ix_alert_cases_listed", "alert_cases", ["is_acknowledged", "rank", "place", "case_id"]
    )
    op.create_index("ix_alert_cases_due", "alert_cases", ["is_acknowledged", "escalates_at"])


def downgrade() -> None:
    op.drop_table("template_deletions")
    op.drop_table("face_templates")
    op.drop_table("alert_cases")
