"""The look at what is left must be able to fail: each spoiled thing is found."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import Connection, text
from sqlalchemy.orm import sessionmaker

from console import way
from console.demonstration import data
from kernel.database import engine_at
from tests.chaos.findings import findings, unfinished
from tests.founding import Founded
from tests.office import Desks
from workflow import anchors
from workflow.office import Office

SPOILED = {
    "a number that was skipped": "UPDATE series_year SET next_number = next_number + 1",
    "a number in the register that the document does not bear": (
        "UPDATE document SET code_number = code_number + 1"
    ),
    "a document that nobody issued": "UPDATE document SET state = 'awaiting_issue'",
    "a document that waits for a worker": "UPDATE document SET state = 'sealing'",
    "a document in trouble": "UPDATE document SET trouble = 'workflow.stuck'",
    "a stage without its bytes": "DELETE FROM document_artifact WHERE kind = 'presented'",
    "bytes that are not the document's": (
        "UPDATE incoming_file SET sha256 = 'x' || sha256 WHERE is_main"
    ),
    "a packet that was not sent": "UPDATE delivery SET state = 'queued'",
    "mail that was sent twice": (
        "INSERT INTO mail_item SELECT 'again', 'again', agency_id, kind, from_organ_id,"
        " to_organ_id, sha256, created_at, acknowledged_at, accepted FROM mail_item LIMIT 1"
    ),
    "mail of another delivery": "UPDATE delivery SET axis_id = 'x'",
    "a verdict that is not the best": (
        "UPDATE incoming SET verdict = jsonb_set(verdict, '{conclusion}', '\"INDETERMINATE\"')"
    ),
    "an arrival that nobody registered": "UPDATE incoming SET state = 'arrived'",
    "an arrival that is gone": "UPDATE incoming SET exchange_id = 'x'",
    "an answer that did not come": "DELETE FROM delivery_status WHERE status_code = '03'",
    "an answer that was not sent": "UPDATE status_message SET state = 'queued'",
    "a packet that nobody opened": "UPDATE packet SET state = 'stored'",
    "a step that the journal does not tell of": (
        "DELETE FROM journal_line WHERE action = 'finish_sealing'"
    ),
    "a tail cut off the journal with its head put back": (
        "WITH cut AS (DELETE FROM journal_line l USING journal_head h"
        " WHERE l.agency_id = h.agency_id AND l.seq = h.seq RETURNING l.*)"
        " UPDATE journal_head h SET seq = h.seq - 1, hash = cut.previous"
        " FROM cut WHERE cut.agency_id = h.agency_id"
    ),
}


@pytest.fixture(scope="module")
def whole(founded: Founded, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desks]:
    """One document that went the whole way to a receiver that registered it."""
    prepared = data.draft("survey-letter")
    with founded.copy(tmp_path_factory.mktemp("trọn đường")) as desks:
        document_id = way.begin(desks.office, prepared)
        way.address(desks.office, prepared, document_id, ["sdttg", "vi-thuy"])
        while waiting := turns(desks):
            waiting[0].act(desks.office)
            desks.work_off()
        anchors.keep(desks.office, desks.settings.var / "anchors")
        yield desks


def turns(desks: Desks) -> list[way.Turn]:
    with desks.office.sessions() as session:
        return list(way.turns(desks.office, session))


@pytest.fixture
def table(whole: Desks) -> Iterator[tuple[Connection, Office]]:
    """The same office, in which whatever is changed is taken back afterwards."""
    engine = engine_at(whole.settings.owner_database_url)
    with engine.connect() as connection:
        sessions = sessionmaker(
            connection, expire_on_commit=False, join_transaction_mode="create_savepoint"
        )
        yield connection, replace(whole.office, sessions=sessions)
        connection.rollback()
    engine.dispose()


def found(office: Office, var: Path) -> list[str]:
    return list(findings(office, 1, [var / "anchors"]))


def test_nothing_is_found_where_everything_is_as_it_must_be(
    whole: Desks, table: tuple[Connection, Office]
) -> None:
    _, office = table

    with office.sessions() as session:
        assert unfinished(session) == 0
    assert found(office, whole.settings.var) == []


@pytest.mark.parametrize("what", SPOILED)
def test_what_was_spoiled_is_found(
    what: str, whole: Desks, table: tuple[Connection, Office]
) -> None:
    connection, office = table
    connection.execute(text(SPOILED[what].replace(":", "\\:")))

    assert found(office, whole.settings.var) != []
