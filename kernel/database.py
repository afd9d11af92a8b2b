"""PostgreSQL through SQLAlchemy: one declarative base, one way to open sessions.

The application connects as a role that does not own the tables, so that what a role may not do
(change a journal line) is refused by the database itself and not only by us.
"""

from datetime import datetime
from enum import Enum
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import TIMESTAMP, Engine, ExceptionContext, MetaData, Uuid, create_engine, event
from sqlalchemy import Enum as EnumType
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.exc import InterfaceError, OperationalError
from sqlalchemy.orm import DeclarativeBase, Mapped, Session, mapped_column, sessionmaker

from kernel.errors import Unavailable

Sessions = sessionmaker[Session]


class Base(DeclarativeBase):
    """Every table; constraints have predictable names, which migrations need."""

    metadata = MetaData(
        naming_convention={
            "ix": "ix_%(table_name)s_%(column_0_N_name)s",
            "uq": "uq_%(table_name)s_%(column_0_N_name)s",
            "ck": "ck_%(table_name)s_%(constraint_name)s",
            "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
            "pk": "pk_%(table_name)s",
        }
    )
    type_annotation_map = {  # noqa: RUF012 - SQLAlchemy reads it as a plain class attribute
        datetime: TIMESTAMP(timezone=True),
        UUID: Uuid(),
        dict[str, Any]: JSONB,
        list[Any]: JSONB,
        Enum: EnumType(
            Enum,
            native_enum=False,
            create_constraint=False,
            length=40,
            values_callable=lambda kind: [member.value for member in kind],
        ),
    }


class Identified:
    """A row with a random id, which tells an outsider nothing."""

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid4)


def engine_at(url: str, **options: Any) -> Engine:  # noqa: ANN401 - handed through to SQLAlchemy
    """Open an engine that notices a restarted server before it hands out a dead connection.

    Whatever asks it while the server is away, to read or to write, gets ``Unavailable``.
    """
    engine = create_engine(url, pool_pre_ping=True, **options)
    event.listen(engine, "handle_error", _tell_if_away)
    return engine


def _tell_if_away(context: ExceptionContext) -> None:
    away = isinstance(context.sqlalchemy_exception, (OperationalError, InterfaceError))
    if away and not context.is_pre_ping:
        raise Unavailable("workflow.database_unavailable") from context.original_exception


def sessions_of(engine: Engine) -> Sessions:
    """Give the maker of sessions; objects stay readable after commit."""
    return sessionmaker(engine, expire_on_commit=False)
