"""jobs, and photos that a job has yet to make

Revision ID: 0004
Revises: 0003
"""

import sqlalchemy as sa
from alembic import op

from auditapp.db import UtcDateTime

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "job",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("programme_id", sa.Integer(), nullable=True),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("key", sa.String(length=100), nullable=False),
        sa.Column("state", sa.String(length=8), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("error", sa.String(length=60), nullable=False),
        sa.Column("due_at", UtcDateTime(), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("started_at", UtcDateTime(), nullable=True),
        sa.Column("ended_at", UtcDateTime(), nullable=True),
        sa.CheckConstraint("state IN ('queued', 'running', 'done', 'failed')", name=op.f("ck_job_state")),
        sa.CheckConstraint(
            "(state IN ('done', 'failed')) = (ended_at IS NOT NULL)", name=op.f("ck_job_ended_has_time")
        ),
        sa.ForeignKeyConstraint(["programme_id"], ["programme.id"], name=op.f("fk_job_programme_id_programme")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_job")),
        sa.UniqueConstraint("kind", "key", name=op.f("uq_job_kind_key")),
    )
    op.create_index("ix_job_state", "job", ["state", "due_at"])
    with op.batch_alter_table("evidence") as table:
        table.alter_column("sha256", existing_type=sa.String(length=64), nullable=True)
        table.add_column(sa.Column("refused", sa.String(length=60), nullable=False, server_default=""))
    with op.batch_alter_table("evidence") as table:
        table.alter_column("refused", existing_type=sa.String(length=60), server_default=None)
        table.create_check_constraint(op.f("ck_evidence_refused_has_no_file"), "refused = '' OR sha256 IS NULL")


def downgrade() -> None:
    # A photo that no job has made yet stays in its visit as a photo whose file is missing.
    op.execute("UPDATE evidence SET refused = '', sha256 = sent_sha256 WHERE sha256 IS NULL")
    with op.batch_alter_table("evidence") as table:
        table.drop_constraint(op.f("ck_evidence_refused_has_no_file"), type_="check")
        table.drop_column("refused")
        table.alter_column("sha256", existing_type=sa.String(length=64), nullable=False)
    op.drop_table("job")
