"""Alembic's way into our tables: migrations run as the role that owns them."""

import os

from alembic import context
from sqlalchemy import create_engine

from kernel.database import Base
from workflow import models

target_metadata = Base.metadata
assert models.__all__, "importing the models fills the metadata"  # noqa: S101


def run() -> None:
    """Apply migrations over the owner's connection."""
    url = context.config.attributes.get("url") or os.environ["VANTHU_OWNER_DATABASE_URL"]
    engine = create_engine(url)
    with engine.connect() as connection:
        context.configure(connection=connection, target_metadata=target_metadata)
        with context.begin_transaction():
            context.run_migrations()
    engine.dispose()


run()
