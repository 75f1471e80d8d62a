"""the whole line

Revision ID: 0001
Revises:
"""

import sqlalchemy as sa
from alembic import op

from auditapp.db import Json, UtcDateTime

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

# What the database itself refuses: (trigger, event, table, condition on the old row, sentence).
GUARDS = (
    ("journal_no_update", "UPDATE", "journal", "", "the journal is append-only"),
    ("journal_no_delete", "DELETE", "journal", "", "the journal is append-only"),
    ("standard_in_force_no_update", "UPDATE", "standard_version", "OLD.in_force_at IS NOT NULL", "in force: immutable"),
    ("standard_in_force_no_delete", "DELETE", "standard_version", "OLD.in_force_at IS NOT NULL", "in force: immutable"),
    (
        "checklist_in_force_no_update",
        "UPDATE",
        "checklist_version",
        "OLD.in_force_at IS NOT NULL",
        "in force: immutable",
    ),
    (
        "checklist_in_force_no_delete",
        "DELETE",
        "checklist_version",
        "OLD.in_force_at IS NOT NULL",
        "in force: immutable",
    ),
    ("issued_report_no_update", "UPDATE", "issued_report", "", "an issued report is never changed"),
    ("issued_report_no_delete", "DELETE", "issued_report", "", "an issued report is never deleted"),
    ("answer_no_delete", "DELETE", "answer", "", "answers are kept with every revision"),
    (
        "answer_no_update",
        "UPDATE OF item, revision, state, value, points, comment, author_id, reason, created_at",
        "answer",
        "",
        "an answer is corrected by a new revision",
    ),
)


def _create_guards() -> None:
    sqlite = op.get_bind().dialect.name == "sqlite"
    for name, event, table, condition, sentence in GUARDS:
        when = f"WHEN ({condition})" if condition else ""
        if sqlite:
            op.execute(
                f"CREATE TRIGGER {name} BEFORE {event} ON {table} FOR EACH ROW {when} "
                f"BEGIN SELECT RAISE(ABORT, '{table}: {sentence}'); END"
            )
        else:
            op.execute(
                f"CREATE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS "
                f"$$ BEGIN RAISE EXCEPTION '{table}: {sentence}' USING ERRCODE = 'integrity_constraint_violation'; END $$"
            )
            op.execute(f"CREATE TRIGGER {name} BEFORE {event} ON {table} FOR EACH ROW {when} EXECUTE FUNCTION {name}()")


def _drop_guards() -> None:
    sqlite = op.get_bind().dialect.name == "sqlite"
    for name, _event, table, _condition, _sentence in GUARDS:
        op.execute(f"DROP TRIGGER {name}" if sqlite else f"DROP TRIGGER {name} ON {table}")
        if not sqlite:
            op.execute(f"DROP FUNCTION {name}()")


def upgrade() -> None:
    op.create_table(
        "login_failure",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("email_hash", sa.String(length=64), nullable=False),
        sa.Column("at", UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_login_failure")),
    )
    with op.batch_alter_table("login_failure", schema=None) as batch_op:
        batch_op.create_index("ix_login_failure_email_hash_at", ["email_hash", "at"], unique=False)

    op.create_table(
        "outgoing_mail",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("recipient", sa.String(length=254), nullable=False),
        sa.Column("subject", sa.String(length=200), nullable=False),
        sa.Column("body", sa.String(), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("sent_at", UtcDateTime(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_outgoing_mail")),
    )
    op.create_table(
        "programme",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("code", sa.String(length=40), nullable=False),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("kind", sa.String(length=12), nullable=False),
        sa.Column("locale", sa.String(length=2), nullable=False),
        sa.Column("channel_weights", Json, nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.CheckConstraint("kind IN ('own', 'franchise', 'competitor')", name=op.f("ck_programme_kind")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_programme")),
        sa.UniqueConstraint("code", name=op.f("uq_programme_code")),
    )
    op.create_table(
        "user",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("email", sa.String(length=254), nullable=False),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("password_hash", sa.String(length=200), nullable=True),
        sa.Column("locale", sa.String(length=2), nullable=False),
        sa.Column("is_administrator", sa.Boolean(), nullable=False),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.CheckConstraint("locale IN ('pl', 'en')", name=op.f("ck_user_locale")),
        sa.CheckConstraint("email = lower(email)", name=op.f("ck_user_email_lower")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_user")),
        sa.UniqueConstraint("email", name=op.f("uq_user_email")),
    )
    op.create_table(
        "journal",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("programme_id", sa.Integer(), nullable=True),
        sa.Column("at", UtcDateTime(), nullable=False),
        sa.Column("actor_id", sa.Integer(), nullable=True),
        sa.Column("act", sa.String(length=40), nullable=False),
        sa.Column("subject", sa.String(length=20), nullable=False),
        sa.Column("subject_id", sa.String(length=60), nullable=False),
        sa.Column("detail", Json, nullable=False),
        sa.ForeignKeyConstraint(["actor_id"], ["user.id"], name=op.f("fk_journal_actor_id_user")),
        sa.ForeignKeyConstraint(["programme_id"], ["programme.id"], name=op.f("fk_journal_programme_id_programme")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_journal")),
    )
    with op.batch_alter_table("journal", schema=None) as batch_op:
        batch_op.create_index("ix_journal_programme_id_at", ["programme_id", "at"], unique=False)
        batch_op.create_index("ix_journal_subject", ["subject", "subject_id"], unique=False)

    op.create_table(
        "one_time_link",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("token_hash", sa.String(length=64), nullable=False),
        sa.Column("purpose", sa.String(length=12), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("expires_at", UtcDateTime(), nullable=False),
        sa.Column("used_at", UtcDateTime(), nullable=True),
        sa.CheckConstraint("purpose IN ('invitation', 'reset')", name=op.f("ck_one_time_link_purpose")),
        sa.ForeignKeyConstraint(["user_id"], ["user.id"], name=op.f("fk_one_time_link_user_id_user")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_one_time_link")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_one_time_link_token_hash")),
    )
    with op.batch_alter_table("one_time_link", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_one_time_link_user_id"), ["user_id"], unique=False)

    op.create_table(
        "region",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("programme_id", sa.Integer(), nullable=False),
        sa.Column("parent_id", sa.Integer(), nullable=True),
        sa.Column("path", sa.String(length=300), nullable=False),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.ForeignKeyConstraint(["parent_id"], ["region.id"], name=op.f("fk_region_parent_id_region")),
        sa.ForeignKeyConstraint(["programme_id"], ["programme.id"], name=op.f("fk_region_programme_id_programme")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_region")),
        sa.UniqueConstraint("programme_id", "path", name=op.f("uq_region_programme_id_path")),
    )
    op.create_table(
        "standard_version",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("programme_id", sa.Integer(), nullable=False),
        sa.Column("code", sa.String(length=40), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("document", sa.String(), nullable=False),
        sa.Column("in_force_at", UtcDateTime(), nullable=True),
        sa.CheckConstraint("version > 0", name=op.f("ck_standard_version_version")),
        sa.ForeignKeyConstraint(
            ["programme_id"], ["programme.id"], name=op.f("fk_standard_version_programme_id_programme")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_standard_version")),
        sa.UniqueConstraint(
            "programme_id", "code", "version", name=op.f("uq_standard_version_programme_id_code_version")
        ),
    )
    op.create_table(
        "user_session",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("token_hash", sa.String(length=64), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("last_seen_at", UtcDateTime(), nullable=False),
        sa.Column("revoked_at", UtcDateTime(), nullable=True),
        sa.Column("device", sa.String(length=200), nullable=False),
        sa.ForeignKeyConstraint(["user_id"], ["user.id"], name=op.f("fk_user_session_user_id_user")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_user_session")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_user_session_token_hash")),
    )
    with op.batch_alter_table("user_session", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_user_session_user_id"), ["user_id"], unique=False)

    op.create_table(
        "wave",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("programme_id", sa.Integer(), nullable=False),
        sa.Column("code", sa.String(length=40), nullable=False),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("starts_on", sa.Date(), nullable=False),
        sa.Column("ends_on", sa.Date(), nullable=False),
        sa.Column("status", sa.String(length=8), nullable=False),
        sa.Column("notice_text", sa.String(), nullable=False),
        sa.Column("notice_on", sa.Date(), nullable=True),
        sa.Column("notice_channel", sa.String(length=120), nullable=False),
        sa.Column("notice_confirmed_by", sa.String(length=120), nullable=False),
        sa.CheckConstraint("status IN ('planned', 'open', 'closed')", name=op.f("ck_wave_status")),
        sa.CheckConstraint("starts_on <= ends_on", name=op.f("ck_wave_dates")),
        sa.ForeignKeyConstraint(["programme_id"], ["programme.id"], name=op.f("fk_wave_programme_id_programme")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_wave")),
        sa.UniqueConstraint("programme_id", "code", name=op.f("uq_wave_programme_id_code")),
    )
    with op.batch_alter_table("wave", schema=None) as batch_op:
        batch_op.create_index("ix_wave_programme_id_status", ["programme_id", "status"], unique=False)

    op.create_table(
        "checklist_version",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("programme_id", sa.Integer(), nullable=False),
        sa.Column("standard_version_id", sa.Integer(), nullable=False),
        sa.Column("code", sa.String(length=40), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("channel", sa.String(length=16), nullable=False),
        sa.Column("document", sa.String(), nullable=False),
        sa.Column("in_force_at", UtcDateTime(), nullable=True),
        sa.CheckConstraint("version > 0", name=op.f("ck_checklist_version_version")),
        sa.ForeignKeyConstraint(
            ["programme_id"], ["programme.id"], name=op.f("fk_checklist_version_programme_id_programme")
        ),
        sa.ForeignKeyConstraint(
            ["standard_version_id"],
            ["standard_version.id"],
            name=op.f("fk_checklist_version_standard_version_id_standard_version"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_checklist_version")),
        sa.UniqueConstraint(
            "programme_id", "code", "version", name=op.f("uq_checklist_version_programme_id_code_version")
        ),
    )
    op.create_table(
        "location",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("programme_id", sa.Integer(), nullable=False),
        sa.Column("code", sa.String(length=40), nullable=False),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("region_id", sa.Integer(), nullable=False),
        sa.Column("format", sa.String(length=16), nullable=False),
        sa.Column("city", sa.String(length=80), nullable=False),
        sa.Column("lat", sa.Double(), nullable=True),
        sa.Column("lon", sa.Double(), nullable=True),
        sa.Column("timezone", sa.String(length=40), nullable=False),
        sa.Column("attributes", Json, nullable=False),
        sa.Column("footfall", sa.Double(), nullable=True),
        sa.Column("opened_on", sa.Date(), nullable=True),
        sa.Column("closed_on", sa.Date(), nullable=True),
        sa.CheckConstraint("format IN ('store', 'contact_centre', 'online_shop')", name=op.f("ck_location_format")),
        sa.CheckConstraint("(lat IS NULL) = (lon IS NULL)", name=op.f("ck_location_lat_with_lon")),
        sa.ForeignKeyConstraint(["programme_id"], ["programme.id"], name=op.f("fk_location_programme_id_programme")),
        sa.ForeignKeyConstraint(["region_id"], ["region.id"], name=op.f("fk_location_region_id_region")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_location")),
        sa.UniqueConstraint("programme_id", "code", name=op.f("uq_location_programme_id_code")),
    )
    with op.batch_alter_table("location", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_location_region_id"), ["region_id"], unique=False)

    op.create_table(
        "cell",
        sa.Column("programme_id", sa.Integer(), nullable=False),
        sa.Column("quarter", sa.String(length=6), nullable=False),
        sa.Column("channel", sa.String(length=16), nullable=False),
        sa.Column("criterion", sa.String(length=40), nullable=False),
        sa.Column("location_id", sa.Integer(), nullable=False),
        sa.Column("n", sa.Integer(), nullable=False),
        sa.Column("score_sum", sa.Double(), nullable=False),
        sa.Column("score_sum_sq", sa.Double(), nullable=False),
        sa.Column("lost_sum", sa.Double(), nullable=False),
        sa.Column("answers", sa.Integer(), nullable=False),
        sa.Column("critical_failed", sa.Integer(), nullable=False),
        sa.Column("critical_applicable", sa.Integer(), nullable=False),
        sa.CheckConstraint("n > 0", name=op.f("ck_cell_n")),
        sa.ForeignKeyConstraint(["location_id"], ["location.id"], name=op.f("fk_cell_location_id_location")),
        sa.ForeignKeyConstraint(["programme_id"], ["programme.id"], name=op.f("fk_cell_programme_id_programme")),
        sa.PrimaryKeyConstraint("programme_id", "quarter", "channel", "criterion", "location_id", name=op.f("pk_cell")),
    )
    with op.batch_alter_table("cell", schema=None) as batch_op:
        batch_op.create_index("ix_cell_location_id_quarter", ["location_id", "quarter"], unique=False)

    op.create_table(
        "issued_report",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("programme_id", sa.Integer(), nullable=False),
        sa.Column("number", sa.String(length=60), nullable=False),
        sa.Column("kind", sa.String(length=10), nullable=False),
        sa.Column("location_id", sa.Integer(), nullable=True),
        sa.Column("quarter", sa.String(length=6), nullable=False),
        sa.Column("locale", sa.String(length=2), nullable=False),
        sa.Column("issue", sa.Integer(), nullable=False),
        sa.Column("fingerprint", sa.String(length=64), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("author_id", sa.Integer(), nullable=True),
        sa.CheckConstraint(
            "(kind = 'location') = (location_id IS NOT NULL)", name=op.f("ck_issued_report_location_of_kind")
        ),
        sa.CheckConstraint("kind IN ('location', 'network')", name=op.f("ck_issued_report_kind")),
        sa.ForeignKeyConstraint(["author_id"], ["user.id"], name=op.f("fk_issued_report_author_id_user")),
        sa.ForeignKeyConstraint(["location_id"], ["location.id"], name=op.f("fk_issued_report_location_id_location")),
        sa.ForeignKeyConstraint(
            ["programme_id"], ["programme.id"], name=op.f("fk_issued_report_programme_id_programme")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_issued_report")),
        sa.UniqueConstraint("programme_id", "number", name=op.f("uq_issued_report_programme_id_number")),
    )
    with op.batch_alter_table("issued_report", schema=None) as batch_op:
        batch_op.create_index(
            "ix_issued_report_programme_id_quarter",
            ["programme_id", "quarter", "kind", "location_id", "locale"],
            unique=False,
        )

    op.create_table(
        "membership",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("programme_id", sa.Integer(), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("role", sa.String(length=20), nullable=False),
        sa.Column("region_id", sa.Integer(), nullable=True),
        sa.Column("location_id", sa.Integer(), nullable=True),
        sa.Column("pseudonym", sa.String(length=40), nullable=True),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.CheckConstraint(
            "(role = 'auditor') = (pseudonym IS NOT NULL)", name=op.f("ck_membership_auditor_pseudonym")
        ),
        sa.CheckConstraint(
            "(role = 'location_manager') = (location_id IS NOT NULL)", name=op.f("ck_membership_location_scope")
        ),
        sa.CheckConstraint(
            "(role = 'regional_manager') = (region_id IS NOT NULL)", name=op.f("ck_membership_region_scope")
        ),
        sa.CheckConstraint(
            "role IN ('programme_manager', 'reviewer', 'regional_manager', 'location_manager', 'auditor')",
            name=op.f("ck_membership_role"),
        ),
        sa.ForeignKeyConstraint(["location_id"], ["location.id"], name=op.f("fk_membership_location_id_location")),
        sa.ForeignKeyConstraint(["programme_id"], ["programme.id"], name=op.f("fk_membership_programme_id_programme")),
        sa.ForeignKeyConstraint(["region_id"], ["region.id"], name=op.f("fk_membership_region_id_region")),
        sa.ForeignKeyConstraint(["user_id"], ["user.id"], name=op.f("fk_membership_user_id_user")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_membership")),
        sa.UniqueConstraint("programme_id", "pseudonym", name=op.f("uq_membership_programme_id_pseudonym")),
        sa.UniqueConstraint(
            "programme_id",
            "user_id",
            "role",
            "region_id",
            "location_id",
            name=op.f("uq_membership_programme_id_user_id_role_region_id_location_id"),
        ),
    )
    with op.batch_alter_table("membership", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_membership_user_id"), ["user_id"], unique=False)

    op.create_table(
        "visit",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("programme_id", sa.Integer(), nullable=False),
        sa.Column("code", sa.String(length=60), nullable=False),
        sa.Column("wave_id", sa.Integer(), nullable=True),
        sa.Column("location_id", sa.Integer(), nullable=False),
        sa.Column("checklist_version_id", sa.Integer(), nullable=False),
        sa.Column("auditor_id", sa.Integer(), nullable=False),
        sa.Column("channel", sa.String(length=16), nullable=False),
        sa.Column("kind", sa.String(length=8), nullable=False),
        sa.Column("scenario", sa.String(length=40), nullable=False),
        sa.Column("window_from", sa.Date(), nullable=True),
        sa.Column("window_to", sa.Date(), nullable=True),
        sa.Column("status", sa.String(length=12), nullable=False),
        sa.Column("round", sa.Integer(), nullable=False),
        sa.Column("started_at", UtcDateTime(), nullable=True),
        sa.Column("ended_at", UtcDateTime(), nullable=True),
        sa.Column("submitted_at", UtcDateTime(), nullable=True),
        sa.Column("local_date", sa.Date(), nullable=True),
        sa.Column("quarter", sa.String(length=6), nullable=True),
        sa.Column("imported", sa.Boolean(), nullable=False),
        sa.CheckConstraint("kind IN ('regular', 'revisit', 'training', 'pilot')", name=op.f("ck_visit_kind")),
        sa.CheckConstraint(
            "status IN ('assigned', 'in_progress', 'submitted', 'returned', 'approved', 'rejected', 'cancelled')",
            name=op.f("ck_visit_status"),
        ),
        sa.CheckConstraint(
            "status NOT IN ('submitted', 'approved') OR (started_at IS NOT NULL AND quarter IS NOT NULL)",
            name=op.f("ck_visit_submitted_has_time"),
        ),
        sa.ForeignKeyConstraint(["auditor_id"], ["membership.id"], name=op.f("fk_visit_auditor_id_membership")),
        sa.ForeignKeyConstraint(
            ["checklist_version_id"],
            ["checklist_version.id"],
            name=op.f("fk_visit_checklist_version_id_checklist_version"),
        ),
        sa.ForeignKeyConstraint(["location_id"], ["location.id"], name=op.f("fk_visit_location_id_location")),
        sa.ForeignKeyConstraint(["programme_id"], ["programme.id"], name=op.f("fk_visit_programme_id_programme")),
        sa.ForeignKeyConstraint(["wave_id"], ["wave.id"], name=op.f("fk_visit_wave_id_wave")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_visit")),
        sa.UniqueConstraint("programme_id", "code", name=op.f("uq_visit_programme_id_code")),
    )
    with op.batch_alter_table("visit", schema=None) as batch_op:
        batch_op.create_index("ix_visit_auditor_id_status", ["auditor_id", "status"], unique=False)
        batch_op.create_index(
            "ix_visit_location_id_quarter", ["location_id", "quarter", "channel", "status"], unique=False
        )
        batch_op.create_index("ix_visit_programme_id_quarter", ["programme_id", "quarter", "status"], unique=False)
        batch_op.create_index("ix_visit_programme_id_status", ["programme_id", "status", "submitted_at"], unique=False)
        batch_op.create_index(batch_op.f("ix_visit_wave_id"), ["wave_id"], unique=False)

    op.create_table(
        "answer",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("visit_id", sa.Integer(), nullable=False),
        sa.Column("item", sa.String(length=40), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("value", sa.String(), nullable=False),
        sa.Column("points", sa.Double(), nullable=True),
        sa.Column("comment", sa.String(), nullable=False),
        sa.Column("is_current", sa.Boolean(), nullable=False),
        sa.Column("author_id", sa.Integer(), nullable=True),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.CheckConstraint(
            "points IS NULL OR (points >= 0 AND state = 'answered')", name=op.f("ck_answer_points_of_answered")
        ),
        sa.CheckConstraint("state IN ('answered', 'na', 'missing', 'not_asked')", name=op.f("ck_answer_state")),
        sa.ForeignKeyConstraint(["author_id"], ["user.id"], name=op.f("fk_answer_author_id_user")),
        sa.ForeignKeyConstraint(["visit_id"], ["visit.id"], name=op.f("fk_answer_visit_id_visit")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_answer")),
        sa.UniqueConstraint("visit_id", "item", "revision", name=op.f("uq_answer_visit_id_item_revision")),
    )
    with op.batch_alter_table("answer", schema=None) as batch_op:
        batch_op.create_index(
            "uq_answer_current",
            ["visit_id", "item"],
            unique=True,
            sqlite_where=sa.text("is_current"),
            postgresql_where=sa.text("is_current"),
        )

    op.create_table(
        "criterion_score",
        sa.Column("visit_id", sa.Integer(), nullable=False),
        sa.Column("criterion", sa.String(length=40), nullable=False),
        sa.Column("score", sa.Double(), nullable=False),
        sa.Column("applicable_weight", sa.Double(), nullable=False),
        sa.Column("answers", sa.Integer(), nullable=False),
        sa.Column("lost", sa.Double(), nullable=False),
        sa.Column("critical_failed", sa.Integer(), nullable=False),
        sa.Column("critical_applicable", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["visit_id"], ["visit.id"], name=op.f("fk_criterion_score_visit_id_visit")),
        sa.PrimaryKeyConstraint("visit_id", "criterion", name=op.f("pk_criterion_score")),
    )
    op.create_table(
        "evidence",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("visit_id", sa.Integer(), nullable=False),
        sa.Column("item", sa.String(length=40), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("width", sa.Integer(), nullable=False),
        sa.Column("height", sa.Integer(), nullable=False),
        sa.Column("taken_at", sa.String(length=25), nullable=False),
        sa.Column("lat", sa.Double(), nullable=True),
        sa.Column("lon", sa.Double(), nullable=True),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("removed_at", UtcDateTime(), nullable=True),
        sa.ForeignKeyConstraint(["visit_id"], ["visit.id"], name=op.f("fk_evidence_visit_id_visit")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_evidence")),
        sa.UniqueConstraint("visit_id", "item", "sha256", name=op.f("uq_evidence_visit_id_item_sha256")),
    )
    op.create_table(
        "review_note",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("visit_id", sa.Integer(), nullable=False),
        sa.Column("round", sa.Integer(), nullable=False),
        sa.Column("item", sa.String(length=40), nullable=False),
        sa.Column("text", sa.String(), nullable=False),
        sa.Column("author_id", sa.Integer(), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["author_id"], ["user.id"], name=op.f("fk_review_note_author_id_user")),
        sa.ForeignKeyConstraint(["visit_id"], ["visit.id"], name=op.f("fk_review_note_visit_id_visit")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_review_note")),
    )
    with op.batch_alter_table("review_note", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_review_note_visit_id"), ["visit_id"], unique=False)

    op.create_table(
        "submission",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("visit_id", sa.Integer(), nullable=False),
        sa.Column("round", sa.Integer(), nullable=False),
        sa.Column("rev", sa.Integer(), nullable=False),
        sa.Column("status", sa.String(length=6), nullable=False),
        sa.Column("document", Json, nullable=False),
        sa.Column("updated_at", UtcDateTime(), nullable=False),
        sa.Column("received_at", UtcDateTime(), nullable=True),
        sa.Column("receipt", sa.String(length=64), nullable=True),
        sa.CheckConstraint("(status = 'final') = (receipt IS NOT NULL)", name=op.f("ck_submission_final_has_receipt")),
        sa.CheckConstraint("status IN ('draft', 'final')", name=op.f("ck_submission_status")),
        sa.ForeignKeyConstraint(["visit_id"], ["visit.id"], name=op.f("fk_submission_visit_id_visit")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_submission")),
        sa.UniqueConstraint("visit_id", "round", name=op.f("uq_submission_visit_id_round")),
    )
    op.create_table(
        "visit_score",
        sa.Column("visit_id", sa.Integer(), nullable=False),
        sa.Column("score", sa.Double(), nullable=True),
        sa.Column("score_gated", sa.Double(), nullable=True),
        sa.Column("applicable_weight", sa.Double(), nullable=False),
        sa.Column("total_weight", sa.Double(), nullable=False),
        sa.Column("scorable", sa.Boolean(), nullable=False),
        sa.Column("answers", sa.Integer(), nullable=False),
        sa.Column("critical_failed", sa.Integer(), nullable=False),
        sa.Column("critical_applicable", sa.Integer(), nullable=False),
        sa.CheckConstraint("score IS NULL OR (score >= 0 AND score <= 1)", name=op.f("ck_visit_score_score")),
        sa.ForeignKeyConstraint(["visit_id"], ["visit.id"], name=op.f("fk_visit_score_visit_id_visit")),
        sa.PrimaryKeyConstraint("visit_id", name=op.f("pk_visit_score")),
    )
    _create_guards()


def downgrade() -> None:
    _drop_guards()
    op.drop_table("visit_score")
    op.drop_table("submission")
    with op.batch_alter_table("review_note", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_review_note_visit_id"))

    op.drop_table("review_note")
    op.drop_table("evidence")
    op.drop_table("criterion_score")
    with op.batch_alter_table("answer", schema=None) as batch_op:
        batch_op.drop_index(
            "uq_answer_current", sqlite_where=sa.text("is_current"), postgresql_where=sa.text("is_current")
        )

    op.drop_table("answer")
    with op.batch_alter_table("visit", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_visit_wave_id"))
        batch_op.drop_index("ix_visit_programme_id_status")
        batch_op.drop_index("ix_visit_programme_id_quarter")
        batch_op.drop_index("ix_visit_location_id_quarter")
        batch_op.drop_index("ix_visit_auditor_id_status")

    op.drop_table("visit")
    with op.batch_alter_table("membership", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_membership_user_id"))

    op.drop_table("membership")
    with op.batch_alter_table("issued_report", schema=None) as batch_op:
        batch_op.drop_index("ix_issued_report_programme_id_quarter")

    op.drop_table("issued_report")
    with op.batch_alter_table("cell", schema=None) as batch_op:
        batch_op.drop_index("ix_cell_location_id_quarter")

    op.drop_table("cell")
    with op.batch_alter_table("location", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_location_region_id"))

    op.drop_table("location")
    op.drop_table("checklist_version")
    with op.batch_alter_table("wave", schema=None) as batch_op:
        batch_op.drop_index("ix_wave_programme_id_status")

    op.drop_table("wave")
    with op.batch_alter_table("user_session", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_user_session_user_id"))

    op.drop_table("user_session")
    op.drop_table("standard_version")
    op.drop_table("region")
    with op.batch_alter_table("one_time_link", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_one_time_link_user_id"))

    op.drop_table("one_time_link")
    with op.batch_alter_table("journal", schema=None) as batch_op:
        batch_op.drop_index("ix_journal_subject")
        batch_op.drop_index("ix_journal_programme_id_at")

    op.drop_table("journal")
    op.drop_table("user")
    op.drop_table("programme")
    op.drop_table("outgoing_mail")
    with op.batch_alter_table("login_failure", schema=None) as batch_op:
        batch_op.drop_index("ix_login_failure_email_hash_at")

    op.drop_table("login_failure")
