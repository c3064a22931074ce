"""Risk assessments, counted by a keyed hash of the customer

Revision: 0006, after 0005
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "risk_assessments",
        sa.Column("session_id", sa.String(length=40), nullable=False),
        sa.Column("attempt", sa.Integer(), nullable=False),
        sa.Column("customer", sa.String(length=64), nullable=False),
        sa.Column("level", sa.Integer(), nullable=False),
        sa.Column("assessed_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["session_id"], ["sessions.session_id"], name="fk_risk_assessments_session_id"
        ),
        sa.PrimaryKeyConstraint("session_id", "attempt", name="pk_risk_assessments"),
    )
    op.create_index(
        "ix_risk_assessments_customer", "risk_assessments", ["customer", "assessed_at"]
    )


def downgrade() -> None:
    op.drop_table("risk_assessments")
