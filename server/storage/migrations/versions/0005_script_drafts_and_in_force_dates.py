"""Script drafts, what was done to them, and from when and until when a version is in force

Revision: 0005, after 0004
"""

from __future__ import annotations

from datetime import datetime

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def _moment(name: str, *, nullable: bool = False) -> sa.Column[datetime]:
    return sa.Column(name, sa.DateTime(timezone=True), nullable=nullable)


def upgrade() -> None:
    _versions()
    op.create_table(
        "script_withdrawals",
        sa.Column("script_id", sa.String(length=40), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        _moment("withdrawn_at"),
        sa.Column("withdrawn_by", sa.String(length=40), nullable=False),
        sa.Column("reason", sa.String(length=500), nullable=False),
        sa.ForeignKeyConstraint(
            ["withdrawn_by"], ["staff.staff_id"], name="fk_script_withdrawals_withdrawn_by"
        ),
        sa.PrimaryKeyConstraint("script_id", "version", name="pk_script_withdrawals"),
    )
    _drafts()
    _changes()


def _versions() -> None:
    with op.batch_alter_table("scripts") as batch_op:
        batch_op.add_column(_moment("in_force_from", nullable=True))
        batch_op.add_column(sa.Column("published_by", sa.String(length=40), nullable=True))
        batch_op.add_column(sa.Column("source", sa.Text(), nullable=True))
    # Until now a version was in force from the moment that it was published.
    op.execute("UPDATE scripts SET in_force_from = published_at")
    with op.batch_alter_table("scripts") as batch_op:
        batch_op.alter_column(
            "in_force_from", existing_type=sa.DateTime(timezone=True), nullable=False
        )


def _drafts() -> None:
    op.create_table(
        "script_drafts",
        sa.Column("draft_id", sa.String(length=40), nullable=False),
        sa.Column("script_id", sa.String(length=40), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("state", sa.String(length=20), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("created_by", sa.String(length=40), nullable=False),
        _moment("changed_at"),
        sa.Column("submitted_by", sa.String(length=40), nullable=True),
        sa.Column("reviewed_by", sa.String(length=40), nullable=True),
        sa.Column("comment", sa.String(length=500), nullable=True),
        sa.Column("version", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(
            ["created_by"], ["staff.staff_id"], name="fk_script_drafts_created_by"
        ),
        sa.PrimaryKeyConstraint("draft_id", name="pk_script_drafts"),
    )
    op.create_index("ix_script_drafts_script_id", "script_drafts", ["script_id"])


def _changes() -> None:
    op.create_table(
        "script_changes",
        sa.Column("change_id", sa.Integer(), nullable=False),
        sa.Column("script_id", sa.String(length=40), nullable=False),
        sa.Column("draft_id", sa.String(length=40), nullable=True),
        sa.Column("version", sa.Integer(), nullable=True),
        sa.Column("action", sa.String(length=20), nullable=False),
        sa.Column("from_state", sa.String(length=20), nullable=True),
        sa.Column("to_state", sa.String(length=20), nullable=False),
        sa.Column("text_sha256", sa.String(length=64), nullable=False),
        sa.Column("staff_id", sa.String(length=40), nullable=False),
        _moment("at"),
        sa.ForeignKeyConstraint(
            ["staff_id"], ["staff.staff_id"], name="fk_script_changes_staff_id"
        ),
        sa.PrimaryKeyConstraint("change_id", name="pk_script_changes"),
    )
    op.create_index("ix_script_changes_draft_id", "script_changes", ["draft_id"])


def downgrade() -> None:
    op.drop_table("script_changes")
    op.drop_table("script_drafts")
    op.drop_table("script_withdrawals")
    with op.batch_alter_table("scripts") as batch_op:
        batch_op.drop_column("source")
        batch_op.drop_column("published_by")
        batch_op.drop_column("in_force_from")
