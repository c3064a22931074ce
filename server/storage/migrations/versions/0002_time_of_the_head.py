"""Keep the time of the newest event with the head; lists need no sequence

Revision: 0002, after 0001
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("sessions") as batch_op:
        batch_op.add_column(
            sa.Column("head_recorded_at", sa.DateTime(timezone=True), nullable=True)
        )
    op.execute(
        "UPDATE sessions SET head_recorded_at = (SELECT events.recorded_at FROM events "
        "WHERE events.session_id = sessions.session_id AND events.seq = sessions.head_seq)"
    )
    with op.batch_alter_table("session_view") as batch_op:
        batch_op.drop_column("seq")


def downgrade() -> None:
    with op.batch_alter_table("session_view") as batch_op:
        batch_op.add_column(sa.Column("seq", sa.Integer(), nullable=False, server_default="0"))
    with op.batch_alter_table("session_view") as batch_op:
        batch_op.alter_column("seq", server_default=None)
    with op.batch_alter_table("sessions") as batch_op:
        batch_op.drop_column("head_recorded_at")
