"""the weights of the channels that a publication was computed with

Revision ID: 0009
Revises: 0008
"""

import sqlalchemy as sa
from alembic import op

from auditapp.db import Json

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("publication", sa.Column("weights", Json, nullable=True))
    # Until now a public quarter was shown with the weights of the moment: it keeps these.
    op.execute(
        "UPDATE publication SET weights ="
        " (SELECT channel_weights FROM programme WHERE programme.id = publication.programme_id)"
    )
    with op.batch_alter_table("publication") as table:
        table.alter_column("weights", existing_type=Json, nullable=False)


def downgrade() -> None:
    with op.batch_alter_table("publication") as table:
        table.drop_column("weights")
