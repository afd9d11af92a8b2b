"""An agency may wish its reviewers' ký nháy on the page."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column(
        "agency", sa.Column("initials", sa.Boolean(), nullable=False, server_default=sa.false())
    )
    op.alter_column("agency", "initials", server_default=None)
