"""Electronic copies that an agency makes of documents; an intent may be for one of them."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

APPLICATION = "vanthu_app"


def upgrade() -> None:
    op.create_table(
        "document_copy",
        sa.Column("agency_id", sa.Uuid(), nullable=False),
        sa.Column("form", sa.String(length=40), nullable=False),
        sa.Column("subject", sa.String(), nullable=False),
        sa.Column("decided_by", sa.String(), nullable=False),
        sa.Column("pages", sa.Integer(), nullable=False),
        sa.Column("dpi", sa.Integer(), nullable=True),
        sa.Column("scan", sa.String(), nullable=False),
        sa.Column("made_by_id", sa.Uuid(), nullable=False),
        sa.Column("made_at", sa.TIMESTAMP(timezone=True), nullable=False),
        sa.Column("signed", sa.String(), nullable=True),
        sa.Column("signed_at", sa.TIMESTAMP(timezone=True), nullable=True),
        sa.Column("verdict", postgresql.JSONB(astext_type=sa.Text()), nullable=True),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["agency_id"], ["agency.id"], name=op.f("fk_document_copy_agency_id_agency")
        ),
        sa.ForeignKeyConstraint(
            ["made_by_id"], ["person.id"], name=op.f("fk_document_copy_made_by_id_person")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_document_copy")),
    )
    op.create_index(
        op.f("ix_document_copy_agency_id"), "document_copy", ["agency_id"], unique=False
    )
    op.alter_column("authorisation", "document_id", nullable=True)
    op.alter_column("authorisation", "version_id", nullable=True)
    op.add_column("authorisation", sa.Column("copy_id", sa.Uuid(), nullable=True))
    op.create_index(op.f("ix_authorisation_copy_id"), "authorisation", ["copy_id"], unique=False)
    op.create_foreign_key(
        op.f("fk_authorisation_copy_id_document_copy"),
        "authorisation",
        "document_copy",
        ["copy_id"],
        ["id"],
    )
    op.create_check_constraint(
        op.f("ck_authorisation_document_or_copy"),
        "authorisation",
        "num_nonnulls(document_id, copy_id) = 1",
    )
    op.execute(f"GRANT SELECT, INSERT, UPDATE, DELETE ON document_copy TO {APPLICATION}")
