"""issued reports that no longer stand although no newer issue replaces them

Revision ID: 0011
Revises: 0010
"""

import sqlalchemy as sa
from alembic import op

from auditapp.db import UtcDateTime

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "withdrawn_report",
        sa.Column("issued_id", sa.Integer(), nullable=False),
        sa.Column("publication_id", sa.Integer(), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(
            ["issued_id"], ["issued_report.id"], name=op.f("fk_withdrawn_report_issued_id_issued_report")
        ),
        sa.ForeignKeyConstraint(
            ["publication_id"], ["publication.id"], name=op.f("fk_withdrawn_report_publication_id_publication")
        ),
        sa.PrimaryKeyConstraint("issued_id", name=op.f("pk_withdrawn_report")),
    )


def downgrade() -> None:
    op.drop_table("withdrawn_report")
