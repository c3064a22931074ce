"""Why a script was approved, sent back or taken back

Revision: 0008, after 0006
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("script_changes", sa.Column("why", sa.String(length=500), nullable=True))


def downgrade() -> None:
    op.drop_column("script_changes", "why")
