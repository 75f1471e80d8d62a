"""what a programme calls people whose account another one made, and links that belong to the programme they come from

Revision ID: 0012
Revises: 0011
"""

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None

PROGRAMME = "fk_one_time_link_programme_id_programme"


def upgrade() -> None:
    op.add_column("membership", sa.Column("name", sa.String(length=120), nullable=True))
    op.add_column("membership", sa.Column("locale", sa.String(length=2), nullable=True))
    op.add_column("membership", sa.Column("pending", sa.Boolean(), nullable=False, server_default=sa.false()))
    op.execute(
        'UPDATE membership SET pending = true WHERE user_id IN (SELECT id FROM "user" WHERE password_hash IS NULL)'
    )
    with op.batch_alter_table("one_time_link") as table:
        table.add_column(sa.Column("programme_id", sa.Integer(), nullable=True))
        table.create_foreign_key(op.f(PROGRAMME), "programme", ["programme_id"], ["id"])


def downgrade() -> None:
    with op.batch_alter_table("one_time_link") as table:
        table.drop_constraint(op.f(PROGRAMME), type_="foreignkey")
        table.drop_column("programme_id")
    for column in ("pending", "locale", "name"):
        op.drop_column("membership", column)
