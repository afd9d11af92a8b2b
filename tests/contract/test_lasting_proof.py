"""Whole proofs against the authority's real servers: time-stamps, status answers, lists.

Each of them is away or wrong for a time; documents move on, the row says what is missing, and the
proof completes itself when they are back.
"""

import socket
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import timedelta
from threading import Thread

import pytest
from sqlalchemy import select
from werkzeug.serving import make_server

from console.demonstration import pki
from console.services import Services
from signing.checking.verdict import Conclusion, Level
from signing.lasting.levels import level_of
from tests.contract.servers.authority import BadDays
from tests.founding import found
from tests.office import Desks
from tests.unit.workflow.conftest import SIGNERS, stretch_less
from tests.unit.workflow.way import Case, onward, walk
from wiring.office import open_lasting
from workflow.authorities import revocation
from workflow.models import Proof
from workflow.models.outgoing import ArtifactKind
from workflow.outgoing import sealing
from workflow.signatures import proving
from workflow.states import OutgoingState


@dataclass(frozen=True)
class Country:
    """An office, and the authority in the network that it depends on."""

    desks: Desks
    server: BadDays

    def sealed(self) -> Case:
        """A document just sealed, its proof not yet looked at."""
        case = walk(self.desks, OutgoingState.SEALING)
        self.desks.bells.clear()
        sealing.finish(self.desks.office, case.id)
        return case

    def proof(self, case: Case) -> Proof:
        with self.desks.office.sessions() as session:
            return session.scalars(select(Proof).where(Proof.document_id == case.id)).one()

    def step(self, case: Case) -> Proof:
        proving.prove(self.desks.office, self.proof(case).id, lambda _seconds: None)
        return self.proof(case)

    def later(self, case: Case) -> Proof:
        """The proof's next steps at the time that was noted for them, until it rests."""
        due = self.proof(case).next_attempt_at
        assert due is not None
        self.desks.clock.now = max(self.desks.clock.now, due)
        for _ in range(3):
            self.step(case)
        return self.proof(case)

    def issued(self, case: Case) -> bytes:
        (made,) = [a.sha256 for a in case.row.artifacts if a.kind is ArtifactKind.ISSUED]
        return self.desks.office.artifacts.get(made)


@pytest.fixture(scope="module")
def province(
    migrated: Services, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple[Desks, BadDays]]:
    """A province whose certificates name a port on which their authority really answers."""
    folder = tmp_path_factory.mktemp("tỉnh có mạng")
    server = BadDays(tmp_path_factory.mktemp("mạng") / "var" / "pki")
    listening = make_server("127.0.0.1", 0, server, threaded=True)
    Thread(target=listening.serve_forever, args=(0.02,), daemon=True).start()
    founded = found(migrated, folder, "networked", authority_port=listening.server_port)
    with founded.copy(server.folder.parent.parent) as desks:
        for signer in SIGNERS:
            stretch_less(desks.settings.keys_folder / "people" / f"{signer}.p12")
        address = pki.time_stamps_at(listening.server_port)
        settings = desks.settings.model_copy(update={"tsa_url": address, "tsa_haste_seconds": 60})
        yield replace(desks, settings=settings), server
    listening.shutdown()


@pytest.fixture
def country(province: tuple[Desks, BadDays]) -> Iterator[Country]:
    desks, server = province
    now = desks.clock.now
    server.asked.clear()
    office = replace(desks.office, lasting=open_lasting(desks.settings))
    yield Country(replace(desks, office=office), server)
    server.moods.clear()
    server.today = None
    desks.clock.now = now
    desks.bells.clear()


def test_with_all_servers_at_hand_a_document_is_proven_for_good_within_moments(
    country: Country,
) -> None:
    case = country.sealed()
    assert level_of(country.issued(case)) is Level.B_T  # stamped while signing

    levels = [country.step(case).level for _ in range(2)]

    assert levels == ["B-LT", "B-LTA"]
    office, proof = country.desks.office, country.proof(case)
    best = office.artifacts.get(proof.sha256)
    verdict = office.check(best, trust=office.trust(), at=office.clock())
    assert verdict.conclusion is Conclusion.TOTAL_PASSED
    assert best.startswith(country.issued(case))


@pytest.mark.parametrize(
    ("mood", "trouble"),
    [
        ("broken", "proof.stamp_refused"),
        ("replayed", "proof.stamp_replayed"),
    ],
)
def test_a_document_without_its_time_stamp_moves_on_and_gets_it_later(
    country: Country, mood: str, trouble: str
) -> None:
    country.server.moods["tsa"] = mood

    case = country.sealed()
    proof = country.step(case)

    assert (proof.level, proof.trouble) == ("B-B", trouble)
    onward(case, OutgoingState.ISSUED)
    country.server.moods.clear()
    assert country.later(case).level == "B-LTA"
    assert country.proof(case).trouble is None


@pytest.mark.parametrize("mood", ["broken", "garbage"])
def test_a_silent_status_service_delays_the_validation_data_only(
    country: Country, mood: str
) -> None:
    country.server.moods["ocsp"] = mood

    case = country.sealed()
    proof = country.step(case)

    assert (proof.level, proof.trouble) == ("B-T", "proof.revocation_not_yet")
    assert proof.about == "Trần Thị Ngọc Hạnh"
    country.server.moods.clear()
    assert country.later(case).level == "B-LTA"


def test_a_status_service_on_no_allowed_host_is_never_called(country: Country) -> None:
    office = replace(country.desks.office.lasting, local=False)
    closed = replace(
        country, desks=replace(country.desks, office=replace(country.desks.office, lasting=office))
    )
    case = closed.sealed()
    closed.server.asked.clear()

    proof = closed.step(case)

    assert proof.trouble == "proof.revocation_not_yet"
    assert "ocsp" not in closed.server.asked


def test_where_nobody_answers_the_next_fetched_list_completes_the_proof(country: Country) -> None:
    """The lists' server is away as well, and comes back before the status service."""
    country.server.moods |= {"ocsp": "broken", "crls": "broken"}
    office, folder = country.desks.office, country.desks.settings.trust_folder
    case = country.sealed()
    assert country.step(case).trouble == "proof.revocation_not_yet"
    refreshed = revocation.refresh(office, folder, local=True, at_once=True)
    assert refreshed.failed == 2

    del country.server.moods["crls"]
    country.server.today = country.desks.clock.now + timedelta(days=31)
    country.desks.clock.now = country.server.today
    refreshed = revocation.refresh(office, folder, local=True, at_once=True)

    assert refreshed.failed == 0
    assert country.step(case).level == "B-LT"


def test_with_every_server_down_the_office_works_as_ever(country: Country) -> None:
    with socket.create_server(("127.0.0.1", 0)) as closed:
        port = closed.getsockname()[1]
    settings = country.desks.settings.model_copy(update={"tsa_url": pki.time_stamps_at(port)})
    office = replace(country.desks.office, lasting=open_lasting(settings))
    away = replace(country, desks=replace(country.desks, office=office))

    case = away.sealed()
    proof = away.step(case)
    onward(case, OutgoingState.ISSUED)

    assert (proof.level, proof.trouble) == ("B-B", "proof.authority_silent")
    assert country.later(case).level == "B-LTA"
