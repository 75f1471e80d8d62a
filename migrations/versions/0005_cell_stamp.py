"""a stamp that changes whenever the cells of a quarter do

Revision ID: 0005
Revises: 0004
"""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "cell_stamp",
        sa.Column("programme_id", sa.Integer(), nullable=False),
        sa.Column("quarter", sa.String(length=6), nullable=False),
        sa.Column("stamp", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["programme_id"], ["programme.id"], name=op.f("fk_cell_stamp_programme_id_programme")),
        sa.PrimaryKeyConstraint("programme_id", "quarter", name=op.f("pk_cell_stamp")),
    )
    op.execute(
        "INSERT INTO cell_stamp (programme_id, quarter, stamp) SELECT DISTINCT programme_id, quarter, 1 FROM cell"
    )


def downgrade() -> None:
    op.drop_table("cell_stamp")
