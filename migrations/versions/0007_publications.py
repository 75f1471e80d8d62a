"""quarters made public, the reports they want, reports of regions

Revision ID: 0007
Revises: 0006
"""

import sqlalchemy as sa
from alembic import op

from auditapp.db import Json, UtcDateTime

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

KINDS = "kind IN ('location', 'region', 'network')"
LOCATION = "(kind = 'location') = (location_id IS NOT NULL)"
REGION = "(kind = 'region') = (region_id IS NOT NULL)"
INDEX, PARTS = "ix_issued_report_programme_id_quarter", ["programme_id", "quarter", "kind", "location_id"]
# SQLite loses the triggers of a table that is made anew; see 0001.
GUARDS = (
    ("issued_report_no_update", "UPDATE", "an issued report is never changed"),
    ("issued_report_no_delete", "DELETE", "an issued report is never deleted"),
)


def _guard_again() -> None:
    if op.get_bind().dialect.name != "sqlite":
        return
    for name, event, sentence in GUARDS:
        op.execute(
            f"CREATE TRIGGER {name} BEFORE {event} ON issued_report FOR EACH ROW "
            f"BEGIN SELECT RAISE(ABORT, 'issued_report: {sentence}'); END"
        )


def upgrade() -> None:
    op.create_table(
        "publication",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("programme_id", sa.Integer(), nullable=False),
        sa.Column("quarter", sa.String(length=6), nullable=False),
        sa.Column("edition", sa.Integer(), nullable=False),
        sa.Column("note", sa.String(length=500), nullable=False),
        sa.Column("parameters", Json, nullable=False),
        sa.Column("record", sa.String(length=64), nullable=False),
        sa.Column("counted", sa.Integer(), nullable=False),
        sa.Column("left_out", sa.Integer(), nullable=False),
        sa.Column("wanted", Json, nullable=False),
        sa.Column("orders", sa.Integer(), nullable=False),
        sa.Column("problem", sa.String(length=60), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("ordered_at", UtcDateTime(), nullable=False),
        sa.Column("prepared_at", UtcDateTime(), nullable=True),
        sa.Column("ended_at", UtcDateTime(), nullable=True),
        sa.Column("author_id", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(["author_id"], ["user.id"], name=op.f("fk_publication_author_id_user")),
        sa.ForeignKeyConstraint(["programme_id"], ["programme.id"], name=op.f("fk_publication_programme_id_programme")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_publication")),
        sa.UniqueConstraint(
            "programme_id", "quarter", "edition", name=op.f("uq_publication_programme_id_quarter_edition")
        ),
    )
    with op.batch_alter_table("issued_report") as table:
        table.drop_index(INDEX)
        table.add_column(sa.Column("publication_id", sa.Integer(), nullable=True))
        table.add_column(sa.Column("region_id", sa.Integer(), nullable=True))
        table.create_foreign_key(
            op.f("fk_issued_report_publication_id_publication"), "publication", ["publication_id"], ["id"]
        )
        table.create_foreign_key(op.f("fk_issued_report_region_id_region"), "region", ["region_id"], ["id"])
        table.drop_constraint(op.f("ck_issued_report_kind"), type_="check")
        table.create_check_constraint(op.f("ck_issued_report_kind"), KINDS)
        table.create_check_constraint(op.f("ck_issued_report_region_of_kind"), REGION)
        table.create_index(INDEX, [*PARTS, "region_id", "locale"])
        table.create_index(op.f("ix_issued_report_sha256"), ["sha256"])
    _guard_again()
    op.create_table(
        "ordered_report",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("publication_id", sa.Integer(), nullable=False),
        sa.Column("order", sa.Integer(), nullable=False),
        sa.Column("number", sa.String(length=60), nullable=False),
        sa.Column("kind", sa.String(length=10), nullable=False),
        sa.Column("location_id", sa.Integer(), nullable=True),
        sa.Column("region_id", sa.Integer(), nullable=True),
        sa.Column("locale", sa.String(length=2), nullable=False),
        sa.Column("issue", sa.Integer(), nullable=False),
        sa.Column("fingerprint", sa.String(length=64), nullable=False),
        sa.Column("inputs", sa.String(length=64), nullable=False),
        sa.Column("issued_id", sa.Integer(), nullable=True),
        sa.Column("problem", sa.String(length=60), server_default="", nullable=False),
        sa.CheckConstraint(KINDS, name=op.f("ck_ordered_report_kind")),
        sa.CheckConstraint(LOCATION, name=op.f("ck_ordered_report_location_of_kind")),
        sa.CheckConstraint(REGION, name=op.f("ck_ordered_report_region_of_kind")),
        sa.ForeignKeyConstraint(
            ["issued_id"], ["issued_report.id"], name=op.f("fk_ordered_report_issued_id_issued_report")
        ),
        sa.ForeignKeyConstraint(["location_id"], ["location.id"], name=op.f("fk_ordered_report_location_id_location")),
        sa.ForeignKeyConstraint(
            ["publication_id"], ["publication.id"], name=op.f("fk_ordered_report_publication_id_publication")
        ),
        sa.ForeignKeyConstraint(["region_id"], ["region.id"], name=op.f("fk_ordered_report_region_id_region")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_ordered_report")),
        sa.UniqueConstraint("issued_id", name=op.f("uq_ordered_report_issued_id")),
        sa.UniqueConstraint("publication_id", "number", name=op.f("uq_ordered_report_publication_id_number")),
    )


def downgrade() -> None:
    """Reports of regions stay issued: with one of them there is no way back, and the check says so."""
    op.drop_table("ordered_report")
    with op.batch_alter_table("issued_report") as table:
        table.drop_index(op.f("ix_issued_report_sha256"))
        table.drop_index(INDEX)
        table.drop_constraint(op.f("ck_issued_report_region_of_kind"), type_="check")
        table.drop_constraint(op.f("ck_issued_report_kind"), type_="check")
        table.create_check_constraint(op.f("ck_issued_report_kind"), "kind IN ('location', 'network')")
        table.drop_constraint(op.f("fk_issued_report_region_id_region"), type_="foreignkey")
        table.drop_constraint(op.f("fk_issued_report_publication_id_publication"), type_="foreignkey")
        table.drop_column("region_id")
        table.drop_column("publication_id")
        table.create_index(INDEX, [*PARTS, "locale"])
    _guard_again()
    op.drop_table("publication")
