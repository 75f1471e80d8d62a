"""sending from phones: documents as they came, parked ones, photos by the hash they were sent with

Revision ID: 0002
Revises: 0001
"""

import sqlalchemy as sa
from alembic import op

from auditapp.db import Json, UtcDateTime

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "parked",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("programme_id", sa.Integer(), nullable=False),
        sa.Column("visit_id", sa.Integer(), nullable=False),
        sa.Column("sender_id", sa.Integer(), nullable=False),
        sa.Column("submission_id", sa.Uuid(), nullable=False),
        sa.Column("round", sa.Integer(), nullable=True),
        sa.Column("rev", sa.Integer(), nullable=True),
        sa.Column("device", sa.String(length=80), nullable=False),
        sa.Column("reason", sa.String(length=20), nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("received_at", UtcDateTime(), nullable=False),
        sa.Column("skew", sa.Double(), nullable=True),
        sa.Column("resolved_at", UtcDateTime(), nullable=True),
        sa.Column("resolved_by", sa.Integer(), nullable=True),
        sa.Column("resolution", sa.String(length=10), nullable=False),
        sa.Column("note", sa.String(), nullable=False),
        sa.CheckConstraint("resolution IN ('', 'applied', 'dismissed')", name=op.f("ck_parked_resolution")),
        sa.CheckConstraint("(resolution = '') = (resolved_at IS NULL)", name=op.f("ck_parked_resolved_has_time")),
        sa.ForeignKeyConstraint(["programme_id"], ["programme.id"], name=op.f("fk_parked_programme_id_programme")),
        sa.ForeignKeyConstraint(["visit_id"], ["visit.id"], name=op.f("fk_parked_visit_id_visit")),
        sa.ForeignKeyConstraint(["sender_id"], ["membership.id"], name=op.f("fk_parked_sender_id_membership")),
        sa.ForeignKeyConstraint(["resolved_by"], ["user.id"], name=op.f("fk_parked_resolved_by_user")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_parked")),
        sa.UniqueConstraint("visit_id", "sha256", name=op.f("uq_parked_visit_id_sha256")),
    )
    op.create_index("ix_parked_programme_id", "parked", ["programme_id", "resolution", "received_at"])
    op.create_table(
        "phone_log",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("visit_id", sa.Integer(), nullable=False),
        sa.Column("device", sa.String(length=80), nullable=False),
        sa.Column("text", sa.String(), nullable=False),
        sa.Column("received_at", UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["visit_id"], ["visit.id"], name=op.f("fk_phone_log_visit_id_visit")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_phone_log")),
    )
    op.create_index("ix_phone_log_visit_id", "phone_log", ["visit_id", "received_at"])
    with op.batch_alter_table("submission") as table:
        table.drop_constraint(op.f("ck_submission_status"), type_="check")
        table.create_check_constraint(op.f("ck_submission_status"), "status IN ('draft', 'waiting', 'final')")
        table.alter_column("status", existing_type=sa.String(length=6), type_=sa.String(length=8), nullable=False)
        table.add_column(sa.Column("body", sa.LargeBinary(), nullable=True))
        table.add_column(sa.Column("sha256", sa.String(length=64), nullable=True))
        table.add_column(sa.Column("device", sa.String(length=80), nullable=False, server_default=""))
        table.add_column(sa.Column("skew", sa.Double(), nullable=True))
        table.add_column(sa.Column("flags", Json, nullable=False, server_default="[]"))
    with op.batch_alter_table("submission") as table:
        table.alter_column("device", existing_type=sa.String(length=80), server_default=None)
        table.alter_column("flags", existing_type=Json, server_default=None)
    with op.batch_alter_table("evidence") as table:
        table.add_column(sa.Column("sent_sha256", sa.String(length=64), nullable=True))
    op.execute("UPDATE evidence SET sent_sha256 = sha256")
    with op.batch_alter_table("evidence") as table:
        table.alter_column("sent_sha256", existing_type=sa.String(length=64), nullable=False)
        table.drop_constraint(op.f("uq_evidence_visit_id_item_sha256"), type_="unique")
        table.create_unique_constraint(
            op.f("uq_evidence_visit_id_item_sent_sha256"), ["visit_id", "item", "sent_sha256"]
        )


def downgrade() -> None:
    # Two photos that became the same bytes once kept are one row below.
    op.execute(
        "DELETE FROM evidence WHERE EXISTS (SELECT 1 FROM evidence AS first WHERE first.visit_id = evidence.visit_id "
        "AND first.item = evidence.item AND first.sha256 = evidence.sha256 AND first.id < evidence.id)"
    )
    with op.batch_alter_table("evidence") as table:
        table.drop_constraint(op.f("uq_evidence_visit_id_item_sent_sha256"), type_="unique")
        table.create_unique_constraint(op.f("uq_evidence_visit_id_item_sha256"), ["visit_id", "item", "sha256"])
        table.drop_column("sent_sha256")
    op.execute("UPDATE submission SET status = 'draft' WHERE status = 'waiting'")
    with op.batch_alter_table("submission") as table:
        table.drop_constraint(op.f("ck_submission_status"), type_="check")
        table.create_check_constraint(op.f("ck_submission_status"), "status IN ('draft', 'final')")
        table.alter_column("status", existing_type=sa.String(length=8), type_=sa.String(length=6), nullable=False)
        for name in ("body", "sha256", "device", "skew", "flags"):
            table.drop_column(name)
    op.drop_table("phone_log")
    op.drop_table("parked")
