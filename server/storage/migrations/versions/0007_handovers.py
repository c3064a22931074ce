"""Codes by which a session goes on in another browser

Revision: 0007, after 0006
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "handovers",
        sa.Column("code_sha256", sa.String(length=64), nullable=False),
        sa.Column("digits_hash", sa.String(length=64), nullable=False),
        sa.Column("session_id", sa.String(length=40), nullable=False),
        sa.Column("from_browser", sa.String(length=20), nullable=False),
        sa.Column("from_platform", sa.String(length=20), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("used_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("withdrawn_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["session_id"], ["sessions.session_id"], name="fk_handovers_session_id"
        ),
        sa.PrimaryKeyConstraint("code_sha256", name="pk_handovers"),
    )
    op.create_index("ix_handovers_digits_hash", "handovers", ["digits_hash"])
    op.create_index("ix_handovers_session_id", "handovers", ["session_id"])


def downgrade() -> None:
    op.drop_table("handovers")
