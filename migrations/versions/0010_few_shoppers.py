"""what the visits of few shoppers are worth, frozen with a publication

Revision ID: 0010
Revises: 0009
"""

import sqlalchemy as sa
from alembic import op

from auditapp.db import Json

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("publication", sa.Column("shoppers", Json, nullable=True))
    op.add_column("publication", sa.Column("effects", Json, nullable=True))


def downgrade() -> None:
    with op.batch_alter_table("publication") as table:
        table.drop_column("effects")
        table.drop_column("shoppers")
