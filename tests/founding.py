"""A founded province for tests: loaded once a run, copied for each test in milliseconds."""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import count
from pathlib import Path

import psycopg
from psycopg import sql
from sqlalchemy import make_url

from console.demonstration.load import load
from console.services import Services
from kernel.settings import Settings
from tests.office import Desks, open_desks

_COPY = "CREATE DATABASE {{name}} TEMPLATE {template} OWNER vanthu_owner"
_numbers = count(1)


@dataclass(frozen=True, slots=True)
class Founded:
    """The province in a template database, with its keys, trust list and pictures in a folder."""

    services: Services
    folder: Path
    template: str = "founded"

    @contextmanager
    def copy(self, folder: Path) -> Iterator[Desks]:
        """Open an office of one's own on a copy of everything."""
        name = f"desks_{next(_numbers)}"
        shutil.copytree(self.folder, folder / "var", copy_function=shutil.copy)
        _as_superuser(self.services, _COPY.format(template=self.template), name)
        try:
            yield open_desks(_settings(self.services, name, folder / "var"))
        finally:
            _as_superuser(self.services, "DROP DATABASE {name} WITH (FORCE)", name)


def found(
    migrated: Services,
    folder: Path,
    template: str = "founded",
    *,
    authority_port: int | None = None,
) -> Founded:
    """Load the demonstration province into a database of its own."""
    _as_superuser(migrated, _COPY.format(template="vanthu"), template)
    load(_settings(migrated, template, folder), authority_port=authority_port)
    return Founded(migrated, folder, template)


def _settings(services: Services, name: str, var: Path) -> Settings:
    return Settings(
        var=var,
        demo=True,
        database_url=_at(services.database_url, name),
        owner_database_url=_at(services.owner_database_url, name),
        redis_url=services.redis_url,
    )


def _at(url: str, name: str) -> str:
    return make_url(url).set(database=name).render_as_string(hide_password=False)


def _as_superuser(services: Services, statement: str, name: str) -> None:
    address = make_url(services.superuser_database_url).set(
        drivername="postgresql", database="postgres"
    )
    plain = address.render_as_string(hide_password=False)
    with psycopg.connect(plain, autocommit=True) as connection:
        connection.execute(sql.SQL(statement).format(name=sql.Identifier(name)))
