"""a client's own colour and logo on the reports

Revision ID: 0008
Revises: 0007
"""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("programme", sa.Column("accent", sa.String(length=7), nullable=False, server_default=""))
    op.add_column("programme", sa.Column("logo", sa.LargeBinary(), nullable=True))
    with op.batch_alter_table("programme") as table:
        table.alter_column("accent", existing_type=sa.String(length=7), server_default=None)


def downgrade() -> None:
    with op.batch_alter_table("programme") as table:
        table.drop_column("logo")
        table.drop_column("accent")
