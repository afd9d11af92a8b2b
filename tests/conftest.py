"""Throw-away services for the whole run, and a fresh database for each test that asks for one.

The data folder has a space and Vietnamese letters in its name, because somebody's will.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import count
from pathlib import Path

import psycopg
import pytest
from psycopg import sql
from sqlalchemy import make_url

from console.migrate import to_head
from console.services import Services
from tests.founding import Founded, found
from tests.office import Desks

MIGRATED = "vanthu"
_numbers = count(1)


@dataclass(frozen=True, slots=True)
class Database:
    """One migrated database of one test."""

    url: str
    """For the application's role."""

    owner_url: str
    """For the role that owns the tables."""


@pytest.fixture(scope="session")
def services(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Services]:
    """PostgreSQL and Redis that live as long as the run."""
    services = Services(tmp_path_factory.mktemp("dữ liệu thử"))
    services.start()
    yield services
    services.stop()


@pytest.fixture(scope="session")
def migrated(services: Services) -> Services:
    """The same services, whose database holds every migration and no row."""
    to_head(services.owner_database_url)
    return services


@pytest.fixture
def database(migrated: Services) -> Iterator[Database]:
    """A copy of the migrated database, thrown away after the test."""
    name = f"test_{next(_numbers)}"
    _as_superuser(migrated, "CREATE DATABASE {name} TEMPLATE {template} OWNER vanthu_owner", name)
    yield Database(
        url=_at(migrated.database_url, name), owner_url=_at(migrated.owner_database_url, name)
    )
    _as_superuser(migrated, "DROP DATABASE {name} WITH (FORCE)", name)


@pytest.fixture(scope="session")
def founded(migrated: Services, tmp_path_factory: pytest.TempPathFactory) -> Founded:
    """The demonstration province, loaded once."""
    return found(migrated, tmp_path_factory.mktemp("tỉnh"))


@pytest.fixture
def desks(founded: Founded, tmp_path: Path) -> Iterator[Desks]:
    """An office of one's own, everyone at their desk and no document yet."""
    with founded.copy(tmp_path) as desks:
        yield desks


@pytest.fixture(scope="module")
def shared_desks(founded: Founded, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desks]:
    """An office for tests that leave nothing behind."""
    with founded.copy(tmp_path_factory.mktemp("phòng")) as desks:
        yield desks


def _at(url: str, name: str) -> str:
    return make_url(url).set(database=name).render_as_string(hide_password=False)


def _as_superuser(services: Services, statement: str, name: str) -> None:
    address = make_url(services.superuser_database_url).set(
        drivername="postgresql", database="postgres"
    )
    with psycopg.connect(
        address.render_as_string(hide_password=False), autocommit=True
    ) as connection:
        connection.execute(
            sql.SQL(statement).format(name=sql.Identifier(name), template=sql.Identifier(MIGRATED))
        )
