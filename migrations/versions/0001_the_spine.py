"""The spine: agencies and people, documents both ways, registers, exchange, journal.

The application's role may read and write everything but two things: it may only add journal lines,
and it owns no table.
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

APPLICATION = "vanthu_app"


def upgrade() -> None:
    op.create_table(
        "agency",
        sa.Column("slug", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("superior_lines", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("issuer_lines", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("regime", sa.String(), nullable=False),
        sa.Column("symbol", sa.String(), nullable=False),
        sa.Column("place_name", sa.String(), nullable=False),
        sa.Column("authority", sa.String(), nullable=False),
        sa.Column("head_authority", sa.String(), nullable=False),
        sa.Column("contact", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("parent_id", sa.Uuid(), nullable=True),
        sa.Column("successor_id", sa.Uuid(), nullable=True),
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.Column("valid_to", sa.Date(), nullable=True),
        sa.Column("seal_picture", sa.String(), nullable=True),
        sa.Column("seal_width_mm", sa.Double(), nullable=False),
        sa.Column("seal_height_mm", sa.Double(), nullable=False),
        sa.Column("sort_key", sa.String(), nullable=False),
        sa.Column("search", sa.String(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["parent_id"], ["agency.id"], name=op.f("fk_agency_parent_id_agency")
        ),
        sa.ForeignKeyConstraint(
            ["successor_id"], ["agency.id"], name=op.f("fk_agency_successor_id_agency")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_agency")),
        sa.UniqueConstraint("slug", name=op.f("uq_agency_slug")),
    )
    op.create_table(
        "person",
        sa.Column("full_name", sa.String(), nullable=False),
        sa.Column("email", sa.String(), nullable=False),
        sa.Column("sort_key", sa.String(), nullable=False),
        sa.Column("search", sa.String(), nullable=False),
        sa.Column("signature_picture", sa.String(), nullable=True),
        sa.Column("key_id", sa.String(), nullable=True),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_person")),
    )
    op.create_table(
        "account",
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("username", sa.String(), nullable=False),
        sa.Column("password_hash", sa.String(), nullable=False),
        sa.Column("locale", sa.String(), nullable=False),
        sa.Column("closed_at", sa.TIMESTAMP(timezone=True), nullable=True),
        sa.Column("session_epoch", sa.Integer(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["person_id"], ["person.id"], name=op.f("fk_account_person_id_person")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_account")),
        sa.UniqueConstraint("person_id", name=op.f("uq_account_person_id")),
        sa.UniqueConstraint("username", name=op.f("uq_account_username")),
    )
    op.create_table(
        "agency_identifier",
        sa.Column("agency_id", sa.Uuid(), nullable=False),
        sa.Column("scheme", sa.String(), nullable=False),
        sa.Column("code", sa.String(), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=True),
        sa.Column("valid_to", sa.Date(), nullable=True),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["agency_id"], ["agency.id"], name=op.f("fk_agency_identifier_agency_id_agency")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_agency_identifier")),
        sa.UniqueConstraint("scheme", "code", name=op.f("uq_agency_identifier_scheme_code")),
    )
    op.create_index(
        op.f("ix_agency_identifier_agency_id"), "agency_identifier", ["agency_id"], unique=False
    )
    op.create_index(op.f("ix_agency_identifier_code"), "agency_identifier", ["code"], unique=False)
    op.create_table(
        "certificate",
        sa.Column("agency_id", sa.Uuid(), nullable=True),
        sa.Column("person_id", sa.Uuid(), nullable=True),
        sa.Column("fingerprint", sa.String(), nullable=False),
        sa.Column("subject", sa.String(), nullable=False),
        sa.Column("issuer", sa.String(), nullable=False),
        sa.Column("serial", sa.String(), nullable=False),
        sa.Column("not_before", sa.TIMESTAMP(timezone=True), nullable=False),
        sa.Column("not_after", sa.TIMESTAMP(timezone=True), nullable=False),
        sa.Column("der", sa.LargeBinary(), nullable=False),
        sa.Column("registered_at", sa.TIMESTAMP(timezone=True), nullable=False),
        sa.Column("withdrawn_at", sa.TIMESTAMP(timezone=True), nullable=True),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["agency_id"], ["agency.id"], name=op.f("fk_certificate_agency_id_agency")
        ),
        sa.ForeignKeyConstraint(
            ["person_id"], ["person.id"], name=op.f("fk_certificate_person_id_person")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_certificate")),
    )
    op.create_index(op.f("ix_certificate_agency_id"), "certificate", ["agency_id"], unique=False)
    op.create_index(
        op.f("ix_certificate_fingerprint"), "certificate", ["fingerprint"], unique=False
    )
    op.create_index(op.f("ix_certificate_person_id"), "certificate", ["person_id"], unique=False)
    op.create_table(
        "journal_head",
        sa.Column("agency_id", sa.Uuid(), nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("hash", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(
            ["agency_id"], ["agency.id"], name=op.f("fk_journal_head_agency_id_agency")
        ),
        sa.PrimaryKeyConstraint("agency_id", name=op.f("pk_journal_head")),
    )
    op.create_table(
        "journal_line",
        sa.Column("agency_id", sa.Uuid(), nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("at", sa.TIMESTAMP(timezone=True), nullable=False),
        sa.Column("actor_id", sa.Uuid(), nullable=True),
        sa.Column("actor_name", sa.String(), nullable=False),
        sa.Column("post_title", sa.String(), nullable=False),
        sa.Column("action", sa.String(), nullable=False),
        sa.Column("subject_kind", sa.String(), nullable=False),
        sa.Column("subject_id", sa.Uuid(), nullable=False),
        sa.Column("source", sa.String(), nullable=False),
        sa.Column("target", sa.String(), nullable=False),
        sa.Column("facts", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("request_id", sa.String(), nullable=False),
        sa.Column("previous", sa.String(), nullable=False),
        sa.Column("hash", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(
            ["agency_id"], ["agency.id"], name=op.f("fk_journal_line_agency_id_agency")
        ),
        sa.PrimaryKeyConstraint("agency_id", "seq", name=op.f("pk_journal_line")),
    )
    op.create_index("ix_journal_line_subject_id", "journal_line", ["subject_id"], unique=False)
    op.create_table(
        "mail_item",
        sa.Column("axis_id", sa.String(), nullable=False),
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("agency_id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("from_organ_id", sa.String(), nullable=False),
        sa.Column("to_organ_id", sa.String(), nullable=False),
        sa.Column("sha256", sa.String(), nullable=False),
        sa.Column("created_at", sa.TIMESTAMP(timezone=True), nullable=False),
        sa.Column("acknowledged_at", sa.TIMESTAMP(timezone=True), nullable=True),
        sa.Column("accepted", sa.Boolean(), nullable=True),
        sa.ForeignKeyConstraint(
            ["agency_id"], ["agency.id"], name=op.f("fk_mail_item_agency_id_agency")
        ),
        sa.PrimaryKeyConstraint("axis_id", name=op.f("pk_mail_item")),
        sa.UniqueConstraint("key", name=op.f("uq_mail_item_key")),
    )
    op.create_index(
        "ix_mail_item_agency_id_acknowledged_at",
        "mail_item",
        ["agency_id", "acknowledged_at"],
        unique=False,
    )
    op.create_table(
        "packet",
        sa.Column("agency_id", sa.Uuid(), nullable=False),
        sa.Column("axis_id", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("sender_organ_id", sa.String(), nullable=False),
        sa.Column("sha256", sa.String(), nullable=False),
        sa.Column("received_at", sa.TIMESTAMP(timezone=True), nullable=False),
        sa.Column("state", sa.String(length=40), nullable=False),
        sa.Column("trouble", sa.String(), nullable=True),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["agency_id"], ["agency.id"], name=op.f("fk_packet_agency_id_agency")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_packet")),
        sa.UniqueConstraint("agency_id", "axis_id", name=op.f("uq_packet_agency_id_axis_id")),
    )
    op.create_index("ix_packet_state_received_at", "packet", ["state", "received_at"], unique=False)
    op.create_table(
        "series",
        sa.Column("agency_id", sa.Uuid(), nullable=False),
        sa.Column("slug", sa.String(), nullable=False),
        sa.Column("direction", sa.String(length=40), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("types", postgresql.JSONB(astext_type=sa.Text()), nullable=True),
        sa.Column("starts_at", sa.Integer(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["agency_id"], ["agency.id"], name=op.f("fk_series_agency_id_agency")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_series")),
        sa.UniqueConstraint("agency_id", "slug", name=op.f("uq_series_agency_id_slug")),
    )
    op.create_index(op.f("ix_series_agency_id"), "series", ["agency_id"], unique=False)
    op.create_table(
        "unit",
        sa.Column("agency_id", sa.Uuid(), nullable=False),
        sa.Column("slug", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("symbol", sa.String(), nullable=False),
        sa.Column("sort_key", sa.String(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["agency_id"], ["agency.id"], name=op.f("fk_unit_agency_id_agency")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_unit")),
    )
    op.create_index(op.f("ix_unit_agency_id"), "unit", ["agency_id"], unique=False)
    op.create_table(
        "incoming",
        sa.Column("agency_id", sa.Uuid(), nullable=False),
        sa.Column("state", sa.String(length=40), nullable=False),
        sa.Column("state_since", sa.TIMESTAMP(timezone=True), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("packet_id", sa.Uuid(), nullable=False),
        sa.Column("sender_organ_id", sa.String(), nullable=False),
        sa.Column("sender_name", sa.String(), nullable=False),
        sa.Column("sender_agency_id", sa.Uuid(), nullable=True),
        sa.Column("exchange_id", sa.String(), nullable=False),
        sa.Column("code_number", sa.String(), nullable=False),
        sa.Column("code_notation", sa.String(), nullable=False),
        sa.Column("issued_date", sa.Date(), nullable=True),
        sa.Column("type_name", sa.String(), nullable=False),
        sa.Column("subject", sa.String(), nullable=False),
        sa.Column("search", sa.String(), nullable=False),
        sa.Column("urgency", sa.String(), nullable=False),
        sa.Column("signer_name", sa.String(), nullable=False),
        sa.Column("signer_position", sa.String(), nullable=False),
        sa.Column("reply_due", sa.Date(), nullable=True),
        sa.Column("arrived_at", sa.TIMESTAMP(timezone=True), nullable=False),
        sa.Column("verdict", postgresql.JSONB(astext_type=sa.Text()), nullable=True),
        sa.Column("return_reason", sa.String(), nullable=True),
        sa.Column("arrival_number", sa.Integer(), nullable=True),
        sa.Column("arrival_date", sa.Date(), nullable=True),
        sa.Column("trouble", sa.String(), nullable=True),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["agency_id"], ["agency.id"], name=op.f("fk_incoming_agency_id_agency")
        ),
        sa.ForeignKeyConstraint(
            ["packet_id"], ["packet.id"], name=op.f("fk_incoming_packet_id_packet")
        ),
        sa.ForeignKeyConstraint(
            ["sender_agency_id"], ["agency.id"], name=op.f("fk_incoming_sender_agency_id_agency")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_incoming")),
        sa.UniqueConstraint(
            "agency_id",
            "sender_organ_id",
            "exchange_id",
            name=op.f("uq_incoming_agency_id_sender_organ_id_exchange_id"),
        ),
    )
    op.create_index(
        "ix_incoming_agency_id_code",
        "incoming",
        ["agency_id", "code_number", "code_notation"],
        unique=False,
    )
    op.create_index("ix_incoming_agency_id_state", "incoming", ["agency_id", "state"], unique=False)
    op.create_index(
        "ix_incoming_state_state_since", "incoming", ["state", "state_since"], unique=False
    )
    op.create_table(
        "post",
        sa.Column("slug", sa.String(), nullable=False),
        sa.Column("agency_id", sa.Uuid(), nullable=False),
        sa.Column("unit_id", sa.Uuid(), nullable=True),
        sa.Column("title", sa.String(), nullable=False),
        sa.Column("role", sa.String(length=40), nullable=False),
        sa.Column("is_head", sa.Boolean(), nullable=False),
        sa.Column("competences", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["agency_id"], ["agency.id"], name=op.f("fk_post_agency_id_agency")
        ),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.id"], name=op.f("fk_post_unit_id_unit")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_post")),
        sa.UniqueConstraint("slug", name=op.f("uq_post_slug")),
    )
    op.create_index(op.f("ix_post_agency_id"), "post", ["agency_id"], unique=False)
    op.create_table(
        "series_year",
        sa.Column("series_id", sa.Uuid(), nullable=False),
        sa.Column("year", sa.Integer(), nullable=False),
        sa.Column("agency_id", sa.Uuid(), nullable=False),
        sa.Column("next_number", sa.Integer(), nullable=False),
        sa.Column("last_date", sa.Date(), nullable=True),
        sa.ForeignKeyConstraint(
            ["agency_id"], ["agency.id"], name=op.f("fk_series_year_agency_id_agency")
        ),
        sa.ForeignKeyConstraint(
            ["series_id"], ["series.id"], name=op.f("fk_series_year_series_id_series")
        ),
        sa.PrimaryKeyConstraint("series_id", "year", name=op.f("pk_series_year")),
    )
    op.create_table(
        "assignment",
        sa.Column("agency_id", sa.Uuid(), nullable=False),
        sa.Column("incoming_id", sa.Uuid(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("is_lead", sa.Boolean(), nullable=False),
        sa.Column("due_date", sa.Date(), nullable=True),
        sa.Column("started_at", sa.TIMESTAMP(timezone=True), nullable=True),
        sa.Column("finished_at", sa.TIMESTAMP(timezone=True), nullable=True),
        sa.Column("result", sa.String(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["agency_id"], ["agency.id"], name=op.f("fk_assignment_agency_id_agency")
        ),
        sa.ForeignKeyConstraint(
            ["incoming_id"], ["incoming.id"], name=op.f("fk_assignment_incoming_id_incoming")
        ),
        sa.ForeignKeyConstraint(
            ["person_id"], ["person.id"], name=op.f("fk_assignment_person_id_person")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_assignment")),
        sa.UniqueConstraint(
            "incoming_id", "person_id", name=op.f("uq_assignment_incoming_id_person_id")
        ),
    )
    op.create_index(op.f("ix_assignment_person_id"), "assignment", ["person_id"], unique=False)
    op.create_table(
        "delegation",
        sa.Column("agency_id", sa.Uuid(), nullable=False),
        sa.Column("post_id", sa.Uuid(), nullable=False),
        sa.Column("competence", sa.String(), nullable=False),
        sa.Column("scope", sa.String(), nullable=False),
        sa.Column("paper", sa.String(), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.Column("valid_to", sa.Date(), nullable=True),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["agency_id"], ["agency.id"], name=op.f("fk_delegation_agency_id_agency")
        ),
        sa.ForeignKeyConstraint(["post_id"], ["post.id"], name=op.f("fk_delegation_post_id_post")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_delegation")),
    )
    op.create_index(op.f("ix_delegation_agency_id"), "delegation", ["agency_id"], unique=False)
    op.create_table(
        "direction",
        sa.Column("agency_id", sa.Uuid(), nullable=False),
        sa.Column("incoming_id", sa.Uuid(), nullable=False),
        sa.Column("leader_id", sa.Uuid(), nullable=False),
        sa.Column("leader_name", sa.String(), nullable=False),
        sa.Column("post_title", sa.String(), nullable=False),
        sa.Column("words", sa.String(), nullable=False),
        sa.Column("for_information", sa.Boolean(), nullable=False),
        sa.Column("due_date", sa.Date(), nullable=True),
        sa.Column("at", sa.TIMESTAMP(timezone=True), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["agency_id"], ["agency.id"], name=op.f("fk_direction_agency_id_agency")
        ),
        sa.ForeignKeyConstraint(
            ["incoming_id"], ["incoming.id"], name=op.f("fk_direction_incoming_id_incoming")
        ),
        sa.ForeignKeyConstraint(
            ["leader_id"], ["person.id"], name=op.f("fk_direction_leader_id_person")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_direction")),
    )
    op.create_index(op.f("ix_direction_incoming_id"), "direction", ["incoming_id"], unique=False)
    op.create_table(
        "document",
        sa.Column("agency_id", sa.Uuid(), nullable=False),
        sa.Column("state", sa.String(length=40), nullable=False),
        sa.Column("state_since", sa.TIMESTAMP(timezone=True), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("form", sa.String(), nullable=False),
        sa.Column("type_code", sa.String(), nullable=False),
        sa.Column("type_name", sa.String(), nullable=False),
        sa.Column("subject", sa.String(), nullable=False),
        sa.Column("search", sa.String(), nullable=False),
        sa.Column("urgency", sa.String(), nullable=False),
        sa.Column("drafter_id", sa.Uuid(), nullable=False),
        sa.Column("unit_id", sa.Uuid(), nullable=False),
        sa.Column("signer_post_id", sa.Uuid(), nullable=True),
        sa.Column("draft", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("current_version_id", sa.Uuid(), nullable=True),
        sa.Column("copied_from_id", sa.Uuid(), nullable=True),
        sa.Column("reply_to_id", sa.Uuid(), nullable=True),
        sa.Column("series_id", sa.Uuid(), nullable=True),
        sa.Column("code_number", sa.Integer(), nullable=True),
        sa.Column("code_notation", sa.String(), nullable=False),
        sa.Column("issued_date", sa.Date(), nullable=True),
        sa.Column("exchange_id", sa.String(), nullable=True),
        sa.Column("return_reason", sa.String(), nullable=True),
        sa.Column("trouble", sa.String(), nullable=True),
        sa.Column("created_at", sa.TIMESTAMP(timezone=True), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["agency_id"], ["agency.id"], name=op.f("fk_document_agency_id_agency")
        ),
        sa.ForeignKeyConstraint(
            ["copied_from_id"], ["document.id"], name=op.f("fk_document_copied_from_id_document")
        ),
        sa.ForeignKeyConstraint(
            ["drafter_id"], ["person.id"], name=op.f("fk_document_drafter_id_person")
        ),
        sa.ForeignKeyConstraint(
            ["series_id"], ["series.id"], name=op.f("fk_document_series_id_series")
        ),
        sa.ForeignKeyConstraint(
            ["signer_post_id"], ["post.id"], name=op.f("fk_document_signer_post_id_post")
        ),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.id"], name=op.f("fk_document_unit_id_unit")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_document")),
    )
    op.create_index("ix_document_agency_id_state", "document", ["agency_id", "state"], unique=False)
    op.create_index(op.f("ix_document_exchange_id"), "document", ["exchange_id"], unique=False)
    op.create_index(
        "ix_document_state_state_since", "document", ["state", "state_since"], unique=False
    )
    op.create_table(
        "holding",
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("post_id", sa.Uuid(), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.Column("valid_to", sa.Date(), nullable=True),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["person_id"], ["person.id"], name=op.f("fk_holding_person_id_person")
        ),
        sa.ForeignKeyConstraint(["post_id"], ["post.id"], name=op.f("fk_holding_post_id_post")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_holding")),
    )
    op.create_index("ix_holding_person_post", "holding", ["person_id", "post_id"], unique=False)
    op.create_index(op.f("ix_holding_post_id"), "holding", ["post_id"], unique=False)
    op.create_table(
        "incoming_file",
        sa.Column("agency_id", sa.Uuid(), nullable=False),
        sa.Column("incoming_id", sa.Uuid(), nullable=False),
        sa.Column("ordinal", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("media_type", sa.String(), nullable=False),
        sa.Column("size", sa.BigInteger(), nullable=False),
        sa.Column("sha256", sa.String(), nullable=False),
        sa.Column("is_main", sa.Boolean(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["agency_id"], ["agency.id"], name=op.f("fk_incoming_file_agency_id_agency")
        ),
        sa.ForeignKeyConstraint(
            ["incoming_id"], ["incoming.id"], name=op.f("fk_incoming_file_incoming_id_incoming")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_incoming_file")),
    )
    op.create_index(
        op.f("ix_incoming_file_incoming_id"), "incoming_file", ["incoming_id"], unique=False
    )
    op.create_table(
        "status_message",
        sa.Column("agency_id", sa.Uuid(), nullable=False),
        sa.Column("incoming_id", sa.Uuid(), nullable=False),
        sa.Column("status_code", sa.String(), nullable=False),
        sa.Column("description", sa.String(), nullable=False),
        sa.Column("staff", sa.String(), nullable=False),
        sa.Column("at", sa.TIMESTAMP(timezone=True), nullable=False),
        sa.Column("state", sa.String(length=40), nullable=False),
        sa.Column("axis_id", sa.String(), nullable=True),
        sa.Column("packet", sa.String(), nullable=True),
        sa.Column("sent_at", sa.TIMESTAMP(timezone=True), nullable=True),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("next_attempt_at", sa.TIMESTAMP(timezone=True), nullable=True),
        sa.Column("trouble", sa.String(), nullable=True),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["agency_id"], ["agency.id"], name=op.f("fk_status_message_agency_id_agency")
        ),
        sa.ForeignKeyConstraint(
            ["incoming_id"], ["incoming.id"], name=op.f("fk_status_message_incoming_id_incoming")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_status_message")),
        sa.UniqueConstraint(
            "incoming_id", "status_code", name=op.f("uq_status_message_incoming_id_status_code")
        ),
    )
    op.create_index(
        "ix_status_message_state_next_attempt_at",
        "status_message",
        ["state", "next_attempt_at"],
        unique=False,
    )
    op.create_table(
        "delivery",
        sa.Column("agency_id", sa.Uuid(), nullable=False),
        sa.Column("document_id", sa.Uuid(), nullable=False),
        sa.Column("organ_id", sa.String(), nullable=False),
        sa.Column("organ_name", sa.String(), nullable=False),
        sa.Column("to_place", sa.Integer(), nullable=True),
        sa.Column("state", sa.String(length=40), nullable=False),
        sa.Column("axis_id", sa.String(), nullable=True),
        sa.Column("packet", sa.String(), nullable=True),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("next_attempt_at", sa.TIMESTAMP(timezone=True), nullable=True),
        sa.Column("trouble", sa.String(), nullable=True),
        sa.Column("sent_at", sa.TIMESTAMP(timezone=True), nullable=True),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["agency_id"], ["agency.id"], name=op.f("fk_delivery_agency_id_agency")
        ),
        sa.ForeignKeyConstraint(
            ["document_id"], ["document.id"], name=op.f("fk_delivery_document_id_document")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_delivery")),
        sa.UniqueConstraint(
            "document_id", "organ_id", name=op.f("uq_delivery_document_id_organ_id")
        ),
    )
    op.create_index(
        "ix_delivery_state_next_attempt_at", "delivery", ["state", "next_attempt_at"], unique=False
    )
    op.create_table(
        "document_version",
        sa.Column("agency_id", sa.Uuid(), nullable=False),
        sa.Column("document_id", sa.Uuid(), nullable=False),
        sa.Column("ordinal", sa.Integer(), nullable=False),
        sa.Column("author_id", sa.Uuid(), nullable=False),
        sa.Column("draft", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("content", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("made_at", sa.TIMESTAMP(timezone=True), nullable=False),
        sa.Column("presented", sa.String(), nullable=True),
        sa.Column("pages", sa.Integer(), nullable=True),
        sa.Column("places", postgresql.JSONB(astext_type=sa.Text()), nullable=True),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["agency_id"], ["agency.id"], name=op.f("fk_document_version_agency_id_agency")
        ),
        sa.ForeignKeyConstraint(
            ["author_id"], ["person.id"], name=op.f("fk_document_version_author_id_person")
        ),
        sa.ForeignKeyConstraint(
            ["document_id"], ["document.id"], name=op.f("fk_document_version_document_id_document")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_document_version")),
        sa.UniqueConstraint(
            "document_id", "ordinal", name=op.f("uq_document_version_document_id_ordinal")
        ),
    )
    op.create_table(
        "enclosure",
        sa.Column("agency_id", sa.Uuid(), nullable=False),
        sa.Column("document_id", sa.Uuid(), nullable=False),
        sa.Column("ordinal", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("media_type", sa.String(), nullable=False),
        sa.Column("size", sa.BigInteger(), nullable=False),
        sa.Column("sha256", sa.String(), nullable=False),
        sa.Column("added_by_id", sa.Uuid(), nullable=False),
        sa.Column("added_at", sa.TIMESTAMP(timezone=True), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["added_by_id"], ["person.id"], name=op.f("fk_enclosure_added_by_id_person")
        ),
        sa.ForeignKeyConstraint(
            ["agency_id"], ["agency.id"], name=op.f("fk_enclosure_agency_id_agency")
        ),
        sa.ForeignKeyConstraint(
            ["document_id"], ["document.id"], name=op.f("fk_enclosure_document_id_document")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_enclosure")),
    )
    op.create_index(op.f("ix_enclosure_document_id"), "enclosure", ["document_id"], unique=False)
    op.create_table(
        "register_entry",
        sa.Column("agency_id", sa.Uuid(), nullable=False),
        sa.Column("series_id", sa.Uuid(), nullable=False),
        sa.Column("year", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("document_id", sa.Uuid(), nullable=True),
        sa.Column("incoming_id", sa.Uuid(), nullable=True),
        sa.Column("registered_by_id", sa.Uuid(), nullable=False),
        sa.Column("registered_at", sa.TIMESTAMP(timezone=True), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["agency_id"], ["agency.id"], name=op.f("fk_register_entry_agency_id_agency")
        ),
        sa.ForeignKeyConstraint(
            ["document_id"], ["document.id"], name=op.f("fk_register_entry_document_id_document")
        ),
        sa.ForeignKeyConstraint(
            ["incoming_id"], ["incoming.id"], name=op.f("fk_register_entry_incoming_id_incoming")
        ),
        sa.ForeignKeyConstraint(
            ["registered_by_id"],
            ["person.id"],
            name=op.f("fk_register_entry_registered_by_id_person"),
        ),
        sa.ForeignKeyConstraint(
            ["series_id"], ["series.id"], name=op.f("fk_register_entry_series_id_series")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_register_entry")),
        sa.UniqueConstraint("document_id", name=op.f("uq_register_entry_document_id")),
        sa.UniqueConstraint("incoming_id", name=op.f("uq_register_entry_incoming_id")),
        sa.UniqueConstraint(
            "series_id", "year", "number", name=op.f("uq_register_entry_series_id_year_number")
        ),
    )
    op.create_index(
        op.f("ix_register_entry_agency_id"), "register_entry", ["agency_id"], unique=False
    )
    op.create_table(
        "submission_paper",
        sa.Column("agency_id", sa.Uuid(), nullable=False),
        sa.Column("document_id", sa.Uuid(), nullable=False),
        sa.Column("ordinal", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("media_type", sa.String(), nullable=False),
        sa.Column("size", sa.BigInteger(), nullable=False),
        sa.Column("sha256", sa.String(), nullable=False),
        sa.Column("added_by_id", sa.Uuid(), nullable=False),
        sa.Column("added_at", sa.TIMESTAMP(timezone=True), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["added_by_id"], ["person.id"], name=op.f("fk_submission_paper_added_by_id_person")
        ),
        sa.ForeignKeyConstraint(
            ["agency_id"], ["agency.id"], name=op.f("fk_submission_paper_agency_id_agency")
        ),
        sa.ForeignKeyConstraint(
            ["document_id"], ["document.id"], name=op.f("fk_submission_paper_document_id_document")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_submission_paper")),
    )
    op.create_index(
        op.f("ix_submission_paper_document_id"), "submission_paper", ["document_id"], unique=False
    )
    op.create_table(
        "authorisation",
        sa.Column("agency_id", sa.Uuid(), nullable=False),
        sa.Column("document_id", sa.Uuid(), nullable=False),
        sa.Column("version_id", sa.Uuid(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("field", sa.String(), nullable=False),
        sa.Column("sha256", sa.String(), nullable=False),
        sa.Column("facts", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("given_at", sa.TIMESTAMP(timezone=True), nullable=False),
        sa.Column("expires_at", sa.TIMESTAMP(timezone=True), nullable=True),
        sa.Column("consumed_at", sa.TIMESTAMP(timezone=True), nullable=True),
        sa.Column("result", sa.String(), nullable=True),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["agency_id"], ["agency.id"], name=op.f("fk_authorisation_agency_id_agency")
        ),
        sa.ForeignKeyConstraint(
            ["document_id"], ["document.id"], name=op.f("fk_authorisation_document_id_document")
        ),
        sa.ForeignKeyConstraint(
            ["person_id"], ["person.id"], name=op.f("fk_authorisation_person_id_person")
        ),
        sa.ForeignKeyConstraint(
            ["version_id"],
            ["document_version.id"],
            name=op.f("fk_authorisation_version_id_document_version"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_authorisation")),
    )
    op.create_index(
        "ix_authorisation_document_id_field",
        "authorisation",
        ["document_id", "field"],
        unique=False,
    )
    op.create_table(
        "comment",
        sa.Column("agency_id", sa.Uuid(), nullable=False),
        sa.Column("document_id", sa.Uuid(), nullable=False),
        sa.Column("version_id", sa.Uuid(), nullable=True),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("person_name", sa.String(), nullable=False),
        sa.Column("post_title", sa.String(), nullable=False),
        sa.Column("words", sa.String(), nullable=False),
        sa.Column("at", sa.TIMESTAMP(timezone=True), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["agency_id"], ["agency.id"], name=op.f("fk_comment_agency_id_agency")
        ),
        sa.ForeignKeyConstraint(
            ["document_id"], ["document.id"], name=op.f("fk_comment_document_id_document")
        ),
        sa.ForeignKeyConstraint(
            ["person_id"], ["person.id"], name=op.f("fk_comment_person_id_person")
        ),
        sa.ForeignKeyConstraint(
            ["version_id"],
            ["document_version.id"],
            name=op.f("fk_comment_version_id_document_version"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_comment")),
    )
    op.create_index(op.f("ix_comment_document_id"), "comment", ["document_id"], unique=False)
    op.create_table(
        "delivery_status",
        sa.Column("agency_id", sa.Uuid(), nullable=False),
        sa.Column("delivery_id", sa.Uuid(), nullable=False),
        sa.Column("status_code", sa.String(), nullable=False),
        sa.Column("description", sa.String(), nullable=False),
        sa.Column("staff", sa.String(), nullable=False),
        sa.Column("stated_at", sa.TIMESTAMP(timezone=True), nullable=False),
        sa.Column("received_at", sa.TIMESTAMP(timezone=True), nullable=False),
        sa.Column("packet_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["agency_id"], ["agency.id"], name=op.f("fk_delivery_status_agency_id_agency")
        ),
        sa.ForeignKeyConstraint(
            ["delivery_id"], ["delivery.id"], name=op.f("fk_delivery_status_delivery_id_delivery")
        ),
        sa.ForeignKeyConstraint(
            ["packet_id"], ["packet.id"], name=op.f("fk_delivery_status_packet_id_packet")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_delivery_status")),
        sa.UniqueConstraint(
            "delivery_id",
            "status_code",
            "stated_at",
            name=op.f("uq_delivery_status_delivery_id_status_code_stated_at"),
        ),
    )
    op.create_table(
        "document_artifact",
        sa.Column("agency_id", sa.Uuid(), nullable=False),
        sa.Column("document_id", sa.Uuid(), nullable=False),
        sa.Column("version_id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column("sha256", sa.String(), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("verdict", postgresql.JSONB(astext_type=sa.Text()), nullable=True),
        sa.Column("made_at", sa.TIMESTAMP(timezone=True), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["agency_id"], ["agency.id"], name=op.f("fk_document_artifact_agency_id_agency")
        ),
        sa.ForeignKeyConstraint(
            ["document_id"], ["document.id"], name=op.f("fk_document_artifact_document_id_document")
        ),
        sa.ForeignKeyConstraint(
            ["version_id"],
            ["document_version.id"],
            name=op.f("fk_document_artifact_version_id_document_version"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_document_artifact")),
        sa.UniqueConstraint(
            "document_id",
            "version_id",
            "kind",
            name=op.f("uq_document_artifact_document_id_version_id_kind"),
        ),
    )
    op.create_table(
        "review",
        sa.Column("agency_id", sa.Uuid(), nullable=False),
        sa.Column("document_id", sa.Uuid(), nullable=False),
        sa.Column("version_id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column("passed", sa.Boolean(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("person_name", sa.String(), nullable=False),
        sa.Column("post_title", sa.String(), nullable=False),
        sa.Column("words", sa.String(), nullable=False),
        sa.Column("at", sa.TIMESTAMP(timezone=True), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["agency_id"], ["agency.id"], name=op.f("fk_review_agency_id_agency")
        ),
        sa.ForeignKeyConstraint(
            ["document_id"], ["document.id"], name=op.f("fk_review_document_id_document")
        ),
        sa.ForeignKeyConstraint(
            ["person_id"], ["person.id"], name=op.f("fk_review_person_id_person")
        ),
        sa.ForeignKeyConstraint(
            ["version_id"],
            ["document_version.id"],
            name=op.f("fk_review_version_id_document_version"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_review")),
    )
    op.create_index(op.f("ix_review_document_id"), "review", ["document_id"], unique=False)
    op.create_foreign_key(
        op.f("fk_document_current_version_id_document_version"),
        "document",
        "document_version",
        ["current_version_id"],
        ["id"],
    )
    op.create_foreign_key(
        op.f("fk_document_reply_to_id_incoming"), "document", "incoming", ["reply_to_id"], ["id"]
    )
    op.execute(f"GRANT USAGE ON SCHEMA public TO {APPLICATION}")
    op.execute(
        f"GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO {APPLICATION}"
    )
    op.execute(f"REVOKE UPDATE, DELETE, TRUNCATE ON journal_line FROM {APPLICATION}")
    op.execute(f"REVOKE INSERT, UPDATE, DELETE ON alembic_version FROM {APPLICATION}")
