"""chats, e-mails and calls kept as sources of measured times

Revision ID: 0003
Revises: 0002
"""

import sqlalchemy as sa
from alembic import op

from auditapp.db import Json, UtcDateTime

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "source",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("visit_id", sa.Integer(), nullable=False),
        sa.Column("round", sa.Integer(), nullable=False),
        sa.Column("reading", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.String(length=8), nullable=False),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("measured", Json, nullable=False),
        sa.Column("confirmed_by", sa.Integer(), nullable=True),
        sa.Column("confirmed_at", UtcDateTime(), nullable=True),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("removed_at", UtcDateTime(), nullable=True),
        sa.CheckConstraint("kind IN ('chat', 'email', 'call')", name=op.f("ck_source_kind")),
        sa.CheckConstraint(
            "(confirmed_by IS NULL) = (confirmed_at IS NULL)", name=op.f("ck_source_confirmed_has_time")
        ),
        sa.ForeignKeyConstraint(["visit_id"], ["visit.id"], name=op.f("fk_source_visit_id_visit")),
        sa.ForeignKeyConstraint(["confirmed_by"], ["user.id"], name=op.f("fk_source_confirmed_by_user")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_source")),
        sa.UniqueConstraint("visit_id", "sha256", name=op.f("uq_source_visit_id_sha256")),
    )
    op.create_index("ix_source_reading", "source", ["reading"])


def downgrade() -> None:
    op.drop_table("source")
