"""Keys of every kind and the intents to use them, proof that lasts, and a trust list of our own.

A person's container becomes the first of their keys; intents given before belong to no batch.
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

APPLICATION = "vanthu_app"
NEW_TABLES = (
    "kept_verdict",
    "revocation_list",
    "signing_agent",
    "signing_key",
    "trust_entry",
    "signing_batch",
    "evidence",
    "proof",
)


def upgrade() -> None:
    op.create_table(
        "kept_verdict",
        sa.Column("sha256", sa.String(), nullable=False),
        sa.Column("policy", sa.String(), nullable=False),
        sa.Column("trust_version", sa.String(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("expected", sa.String(), nullable=False),
        sa.Column("verdict", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("made_at", sa.TIMESTAMP(timezone=True), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_kept_verdict")),
        sa.UniqueConstraint(
            "sha256",
            "policy",
            "trust_version",
            "day",
            "expected",
            name=op.f("uq_kept_verdict_sha256_policy_trust_version_day_expected"),
        ),
    )
    op.create_table(
        "revocation_list",
        sa.Column("issuer", sa.String(), nullable=False),
        sa.Column("address", sa.String(), nullable=False),
        sa.Column("sha256", sa.String(), nullable=True),
        sa.Column("this_update", sa.TIMESTAMP(timezone=True), nullable=True),
        sa.Column("next_update", sa.TIMESTAMP(timezone=True), nullable=True),
        sa.Column("fetched_at", sa.TIMESTAMP(timezone=True), nullable=True),
        sa.Column("tried_at", sa.TIMESTAMP(timezone=True), nullable=True),
        sa.Column("trouble", sa.String(), nullable=True),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_revocation_list")),
        sa.UniqueConstraint("address", name=op.f("uq_revocation_list_address")),
    )
    op.create_table(
        "signing_agent",
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("code_hash", sa.String(), nullable=True),
        sa.Column("code_expires_at", sa.TIMESTAMP(timezone=True), nullable=False),
        sa.Column("token_hash", sa.String(), nullable=True),
        sa.Column("paired_at", sa.TIMESTAMP(timezone=True), nullable=True),
        sa.Column("last_seen_at", sa.TIMESTAMP(timezone=True), nullable=True),
        sa.Column("withdrawn_at", sa.TIMESTAMP(timezone=True), nullable=True),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["person_id"], ["person.id"], name=op.f("fk_signing_agent_person_id_person")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_signing_agent")),
        sa.UniqueConstraint("code_hash", name=op.f("uq_signing_agent_code_hash")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_signing_agent_token_hash")),
    )
    op.create_index(
        op.f("ix_signing_agent_person_id"), "signing_agent", ["person_id"], unique=False
    )
    op.create_table(
        "signing_key",
        sa.Column("person_id", sa.Uuid(), nullable=True),
        sa.Column("agency_id", sa.Uuid(), nullable=True),
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column("label", sa.String(), nullable=False),
        sa.Column("reference", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("registered_at", sa.TIMESTAMP(timezone=True), nullable=True),
        sa.Column("withdrawn_at", sa.TIMESTAMP(timezone=True), nullable=True),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["agency_id"], ["agency.id"], name=op.f("fk_signing_key_agency_id_agency")
        ),
        sa.ForeignKeyConstraint(
            ["person_id"], ["person.id"], name=op.f("fk_signing_key_person_id_person")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_signing_key")),
    )
    op.create_index(op.f("ix_signing_key_agency_id"), "signing_key", ["agency_id"], unique=False)
    op.create_index(op.f("ix_signing_key_person_id"), "signing_key", ["person_id"], unique=False)
    op.create_table(
        "trust_entry",
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column("scheme", sa.String(length=40), nullable=False),
        sa.Column("fingerprint", sa.String(), nullable=False),
        sa.Column("subject", sa.String(), nullable=False),
        sa.Column("issuer", sa.String(), nullable=False),
        sa.Column("serial", sa.String(), nullable=False),
        sa.Column("not_before", sa.TIMESTAMP(timezone=True), nullable=False),
        sa.Column("not_after", sa.TIMESTAMP(timezone=True), nullable=False),
        sa.Column("der", sa.LargeBinary(), nullable=False),
        sa.Column("provenance", sa.String(), nullable=False),
        sa.Column("source_sha256", sa.String(), nullable=False),
        sa.Column("cps", sa.String(), nullable=False),
        sa.Column("hosts", sa.String(), nullable=False),
        sa.Column("crl_address", sa.String(), nullable=False),
        sa.Column("proposed_by_id", sa.Uuid(), nullable=True),
        sa.Column("proposed_at", sa.TIMESTAMP(timezone=True), nullable=False),
        sa.Column("confirmed_by_id", sa.Uuid(), nullable=True),
        sa.Column("confirmed_at", sa.TIMESTAMP(timezone=True), nullable=True),
        sa.Column("removal_by_id", sa.Uuid(), nullable=True),
        sa.Column("removal_at", sa.TIMESTAMP(timezone=True), nullable=True),
        sa.Column("removal_why", sa.String(), nullable=True),
        sa.Column("removed_by_id", sa.Uuid(), nullable=True),
        sa.Column("removed_at", sa.TIMESTAMP(timezone=True), nullable=True),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.CheckConstraint(
            "proposed_by_id <> confirmed_by_id", name=op.f("ck_trust_entry_added_by_two")
        ),
        sa.CheckConstraint(
            "removal_by_id <> removed_by_id", name=op.f("ck_trust_entry_removed_by_two")
        ),
        sa.ForeignKeyConstraint(
            ["confirmed_by_id"], ["person.id"], name=op.f("fk_trust_entry_confirmed_by_id_person")
        ),
        sa.ForeignKeyConstraint(
            ["proposed_by_id"], ["person.id"], name=op.f("fk_trust_entry_proposed_by_id_person")
        ),
        sa.ForeignKeyConstraint(
            ["removal_by_id"], ["person.id"], name=op.f("fk_trust_entry_removal_by_id_person")
        ),
        sa.ForeignKeyConstraint(
            ["removed_by_id"], ["person.id"], name=op.f("fk_trust_entry_removed_by_id_person")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_trust_entry")),
    )
    op.create_index(
        op.f("ix_trust_entry_fingerprint"), "trust_entry", ["fingerprint"], unique=False
    )
    op.create_index(
        "uq_trust_entry_standing",
        "trust_entry",
        ["fingerprint"],
        unique=True,
        postgresql_where=sa.text("removed_at IS NULL"),
    )
    op.create_table(
        "signing_batch",
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("signing_key_id", sa.Uuid(), nullable=False),
        sa.Column("given_at", sa.TIMESTAMP(timezone=True), nullable=False),
        sa.Column("expires_at", sa.TIMESTAMP(timezone=True), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["person_id"], ["person.id"], name=op.f("fk_signing_batch_person_id_person")
        ),
        sa.ForeignKeyConstraint(
            ["signing_key_id"],
            ["signing_key.id"],
            name=op.f("fk_signing_batch_signing_key_id_signing_key"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_signing_batch")),
    )
    op.create_index(
        op.f("ix_signing_batch_person_id"), "signing_batch", ["person_id"], unique=False
    )
    op.create_table(
        "evidence",
        sa.Column("agency_id", sa.Uuid(), nullable=False),
        sa.Column("document_id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("sha256", sa.String(), nullable=False),
        sa.Column("valid_from", sa.TIMESTAMP(timezone=True), nullable=True),
        sa.Column("valid_to", sa.TIMESTAMP(timezone=True), nullable=True),
        sa.Column("gathered_at", sa.TIMESTAMP(timezone=True), nullable=False),
        sa.Column("keep_until", sa.Date(), nullable=True),
        sa.Column("destroyed_at", sa.TIMESTAMP(timezone=True), nullable=True),
        sa.Column("destroyed_by_id", sa.Uuid(), nullable=True),
        sa.Column("destroyed_why", sa.String(), nullable=True),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["agency_id"], ["agency.id"], name=op.f("fk_evidence_agency_id_agency")
        ),
        sa.ForeignKeyConstraint(
            ["destroyed_by_id"], ["person.id"], name=op.f("fk_evidence_destroyed_by_id_person")
        ),
        sa.ForeignKeyConstraint(
            ["document_id"], ["document.id"], name=op.f("fk_evidence_document_id_document")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_evidence")),
        sa.UniqueConstraint(
            "document_id", "kind", "sha256", name=op.f("uq_evidence_document_id_kind_sha256")
        ),
    )
    op.create_index(op.f("ix_evidence_document_id"), "evidence", ["document_id"], unique=False)
    op.create_table(
        "proof",
        sa.Column("agency_id", sa.Uuid(), nullable=False),
        sa.Column("document_id", sa.Uuid(), nullable=False),
        sa.Column("version_id", sa.Uuid(), nullable=False),
        sa.Column("level", sa.String(), nullable=False),
        sa.Column("wanted", sa.String(), nullable=False),
        sa.Column("sha256", sa.String(), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("made_at", sa.TIMESTAMP(timezone=True), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("next_attempt_at", sa.TIMESTAMP(timezone=True), nullable=True),
        sa.Column("expires_at", sa.TIMESTAMP(timezone=True), nullable=True),
        sa.Column("trouble", sa.String(), nullable=True),
        sa.Column("about", sa.String(), nullable=True),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["agency_id"], ["agency.id"], name=op.f("fk_proof_agency_id_agency")
        ),
        sa.ForeignKeyConstraint(
            ["document_id"], ["document.id"], name=op.f("fk_proof_document_id_document")
        ),
        sa.ForeignKeyConstraint(
            ["version_id"],
            ["document_version.id"],
            name=op.f("fk_proof_version_id_document_version"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_proof")),
        sa.UniqueConstraint("document_id", name=op.f("uq_proof_document_id")),
    )
    op.create_index("ix_proof_next_attempt_at", "proof", ["next_attempt_at"], unique=False)
    op.add_column(
        "authorisation",
        sa.Column("purpose", sa.String(length=40), nullable=False, server_default="approve"),
    )
    op.execute("UPDATE authorisation SET purpose = 'seal' WHERE field = 'AgencySeal'")
    op.alter_column("authorisation", "purpose", server_default=None)
    op.add_column("authorisation", sa.Column("batch_id", sa.Uuid(), nullable=True))
    op.add_column(
        "authorisation", sa.Column("ordinal", sa.Integer(), nullable=False, server_default="0")
    )
    op.alter_column("authorisation", "ordinal", server_default=None)
    op.add_column("authorisation", sa.Column("pages", sa.Integer(), nullable=True))
    op.add_column("authorisation", sa.Column("ticket_hash", sa.String(), nullable=True))
    op.add_column("authorisation", sa.Column("prepared", sa.String(), nullable=True))
    op.add_column("authorisation", sa.Column("attributes", sa.LargeBinary(), nullable=True))
    op.add_column("authorisation", sa.Column("void_at", sa.TIMESTAMP(timezone=True), nullable=True))
    op.add_column("authorisation", sa.Column("trouble", sa.String(), nullable=True))
    op.create_index(op.f("ix_authorisation_batch_id"), "authorisation", ["batch_id"], unique=False)
    op.create_unique_constraint(
        op.f("uq_authorisation_ticket_hash"), "authorisation", ["ticket_hash"]
    )
    op.create_foreign_key(
        op.f("fk_authorisation_batch_id_signing_batch"),
        "authorisation",
        "signing_batch",
        ["batch_id"],
        ["id"],
    )
    op.add_column("enclosure", sa.Column("sealed", sa.String(), nullable=True))
    op.add_column("person", sa.Column("initials_picture", sa.String(), nullable=True))
    op.execute(
        """
        INSERT INTO signing_key (id, person_id, kind, label, reference, registered_at)
        SELECT gen_random_uuid(), id, 'pkcs12', key_id, jsonb_build_object('container', key_id),
               now()
        FROM person WHERE key_id IS NOT NULL
        """
    )
    # What was issued before gets its proof as well, as long as its certificates still allow it.
    op.execute(
        """
        INSERT INTO proof (id, agency_id, document_id, version_id, level, wanted, sha256, size,
                           made_at, attempts, next_attempt_at)
        SELECT gen_random_uuid(), issued.agency_id, issued.document_id, issued.version_id, 'B-B',
               'B-LTA', issued.sha256, issued.size, issued.made_at, 0, now()
        FROM document_artifact issued JOIN document
          ON document.id = issued.document_id AND document.current_version_id = issued.version_id
        WHERE issued.kind = 'issued'
        """
    )
    op.drop_column("person", "key_id")
    op.add_column("review", sa.Column("sha256", sa.String(), nullable=True))
    op.execute(f"GRANT SELECT, INSERT, UPDATE, DELETE ON {', '.join(NEW_TABLES)} TO {APPLICATION}")
