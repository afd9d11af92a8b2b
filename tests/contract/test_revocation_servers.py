"""Servers of revocation lists and answers that are well, down, slow, lying and back again."""

import socket
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path
from threading import Thread
from typing import cast

import pytest
from asn1crypto import x509
from flask import Flask, Response, redirect
from sqlalchemy import select

from console.demonstration.pki import AgencyKey, Issued, PersonKey, Standing, create, serve
from kernel.settings import Settings
from signing.trusting.revocation import Revocation, RevocationMaterial
from signing.trusting.standing import Standing as Found
from signing.trusting.trust import CertificateStatus, assessment_of, certificate_status
from tests.conftest import Database
from tests.contract.servers.serving import served
from tests.office import HeldClock
from tests.unit.signing.authority import DAY, NOW, Authority, Holder, revoked
from wiring.office import open_office
from workflow.authorities import revocation
from workflow.authorities.fetching import Limits
from workflow.authorities.trust_alarms import alarms
from workflow.authorities.trust_folder import adopt
from workflow.authorities.trust_proposal import founding_entry
from workflow.models import RevocationList, TrustEntry, TrustScheme
from workflow.office import Desk, Office

SMALL = Limits(size=200_000, seconds=4)
Answer = Callable[[], Response]


@dataclass
class Server:
    """A server that answers as it is told to, and counts who asks."""

    answer: Answer
    asked: list[str] = field(default_factory=list)

    def app(self) -> Flask:
        app = Flask("revocation")

        @app.route("/<path:path>", methods=["GET", "POST"])
        def any_path(path: str) -> Response:
            self.asked.append(path)
            return self.answer()

        return app


@dataclass
class Installation:
    """An office with its trust folder."""

    office: Office
    clock: HeldClock
    folder: Path

    def trusts(self, authority: Authority, address: str) -> None:
        with self.office.act() as session:
            session.add(
                founding_entry(authority.own.der, TrustScheme.TEST, "thử", address, self.clock())
            )

    def refresh(self, *, local: bool = True) -> revocation.Refreshed:
        return revocation.refresh(self.office, self.folder, local=local, at_once=True, limits=SMALL)

    def status(self, holder: Holder) -> CertificateStatus:
        return certificate_status(holder.der, (), self.clock(), self.office.trust())

    def trouble(self) -> str | None:
        with self.office.sessions() as session:
            return session.scalars(select(RevocationList.trouble)).one()

    def alarms(self) -> list[str]:
        with self.office.sessions() as session:
            return [alarm.code for alarm in alarms(session, self.clock())]


@pytest.fixture
def installation(database: Database, tmp_path: Path) -> Installation:
    settings = Settings(var=tmp_path, demo=True, database_url=database.url)
    clock = HeldClock(NOW)
    office = open_office(settings, ring=lambda _task, _id: None, desk=cast(Desk, None))
    return Installation(replace(office, clock=clock), clock, settings.trust_folder)


@pytest.fixture(scope="module")
def authority() -> Authority:
    return Authority("Ban Cơ yếu thử nghiệm")


@pytest.fixture(scope="module")
def person(authority: Authority) -> Holder:
    return authority.person()


@pytest.fixture
def server(authority: Authority) -> Server:
    return Server(lambda: Response(authority.list_of()))


@pytest.fixture
def known(
    installation: Installation, authority: Authority, server: Server
) -> Iterator[Installation]:
    """An office that trusts the authority and has its list of yesterday."""
    with served(server.app()) as address:
        installation.trusts(authority, f"{address}/ca.crl")
        assert installation.refresh() == revocation.Refreshed(renewed=1, failed=0)
        yield installation


def test_a_list_that_is_fetched_counts_at_once(known: Installation, person: Holder) -> None:
    assert known.status(person) is CertificateStatus.GOOD
    assert known.trouble() is None
    assert known.alarms() == []


def test_who_was_revoked_meanwhile_is_revoked_after_the_next_round(
    known: Installation, server: Server, authority: Authority, person: Holder
) -> None:
    newer = authority.list_of(revoked(person.serial, NOW - DAY), published=NOW)
    server.answer = lambda: Response(newer)

    known.refresh()

    assert known.status(person) is CertificateStatus.REVOKED


def garbage() -> Response:
    return Response(b"<html>Bao tri he thong</html>")


def endless() -> Response:
    return Response(b"0" * 10_000 for _ in range(1_000))


def dripping() -> Response:
    def drops() -> Iterator[bytes]:
        for _ in range(80):
            yield b"0"
            time.sleep(0.1)

    return Response(drops())


def elsewhere() -> Response:
    return cast(Response, redirect("http://127.0.0.1:9/khac.crl"))


def broken() -> Response:
    return Response(status=503)


AUTHORITY = Authority("Ban Cơ yếu khác")


@pytest.mark.parametrize(
    ("answer", "code"),
    [
        (garbage, "signing.unreadable_list"),
        (endless, "fetch.too_large"),
        (dripping, "fetch.too_slow"),
        (elsewhere, "fetch.refused"),
        (broken, "fetch.refused"),
        (lambda: Response(AUTHORITY.list_of(published=NOW)), "revocation.not_from_authority"),
    ],
)
def test_a_server_that_fails_or_lies_changes_nothing_but_what_is_told(
    known: Installation, server: Server, person: Holder, answer: Answer, code: str
) -> None:
    server.answer = answer

    assert known.refresh() == revocation.Refreshed(renewed=0, failed=1)

    assert known.trouble() == code
    assert known.status(person) is CertificateStatus.GOOD  # by the list of yesterday, still good


@pytest.mark.parametrize(
    ("window", "code"),
    [
        ((NOW - 3 * DAY, NOW + 9 * DAY), "revocation.older_than_known"),
        ((NOW - 3 * DAY, NOW - 2 * DAY), "revocation.out_of_date"),
        ((NOW + 2 * DAY, NOW + 9 * DAY), "revocation.from_future"),
    ],
)
def test_an_authentic_list_of_the_wrong_time_is_not_taken(
    known: Installation,
    server: Server,
    authority: Authority,
    window: tuple[datetime, datetime],
    code: str,
) -> None:
    other = authority.list_of(published=window[0], until=window[1])
    server.answer = lambda: Response(other)

    known.refresh()

    assert known.trouble() == code
    (kept,) = known.office.trust().crls
    assert kept.this_update == NOW - DAY


def test_while_a_server_is_down_the_list_runs_out_and_when_it_is_back_all_is_well_again(
    installation: Installation, server: Server, authority: Authority, person: Holder
) -> None:
    with served(server.app()) as address:
        installation.trusts(authority, f"{address}/ca.crl")
        installation.refresh()
    installation.clock.pass_by(days=7)
    port = int(address.rsplit(":", 1)[1])

    installation.refresh()
    assert installation.trouble() == "fetch.unreachable"
    assert installation.status(person) is CertificateStatus.UNKNOWN
    assert installation.alarms() == ["trust.alarm.list_overdue"]

    fresh = authority.list_of(published=installation.clock(), until=installation.clock() + 7 * DAY)
    server.answer = lambda: Response(fresh)
    with served(server.app(), port):
        installation.refresh()
    assert installation.trouble() is None
    assert installation.status(person) is CertificateStatus.GOOD
    assert installation.alarms() == []


def test_lists_are_asked_for_when_due_and_no_more_often(
    known: Installation, server: Server
) -> None:
    def round_after(**passed: float) -> int:
        before = len(server.asked)
        known.clock.pass_by(**passed)
        revocation.refresh(known.office, known.folder, local=True)
        return len(server.asked) - before

    assert round_after(minutes=30) == 0
    assert round_after(minutes=31) == 1
    server.answer = broken
    assert round_after(minutes=61) == 1
    assert round_after(minutes=4) == 0
    assert round_after(minutes=2) == 1


def test_a_server_that_never_ends_its_first_line_holds_nobody_up(
    installation: Installation, authority: Authority
) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listening:
        port = int(listening.getsockname()[1])
        Thread(target=drip, args=(listening,), daemon=True).start()
        installation.trusts(authority, f"http://127.0.0.1:{port}/ca.crl")
        began = time.monotonic()

        installation.refresh()

    assert installation.trouble() == "fetch.too_slow"
    assert time.monotonic() - began < 2 * SMALL.seconds


def drip(listening: socket.socket) -> None:
    caller, _ = listening.accept()
    with caller, suppress(OSError):
        caller.sendall(b"HTTP/1.1 200 OK\r\nX: ")
        for _ in range(100):
            caller.sendall(b"x")
            time.sleep(0.1)


def test_an_address_that_a_name_hides_is_looked_at(
    installation: Installation, authority: Authority, server: Server
) -> None:
    with served(server.app()) as address:
        named = address.replace("127.0.0.1", "localhost")
        installation.trusts(authority, f"{named}/ca.crl")

        installation.refresh(local=False)
        assert (installation.trouble(), server.asked) == ("fetch.private_address", [])

        installation.refresh(local=True)
        assert installation.trouble() is None


def test_no_private_address_is_called_unless_this_is_a_demonstration(
    known: Installation, server: Server
) -> None:
    before = len(server.asked)

    known.refresh(local=False)

    assert known.trouble() == "fetch.private_address"
    assert len(server.asked) == before


def test_no_host_is_called_that_two_administrators_did_not_allow(
    known: Installation, server: Server
) -> None:
    with known.office.act() as session:
        entry = session.scalars(select(TrustEntry)).one()
        entry.hosts = "crl.example"
    before = len(server.asked)

    known.refresh()

    assert known.trouble() == "fetch.not_allowed"
    assert len(server.asked) == before


@dataclass(frozen=True)
class Province:
    """The demonstration's authority with its server."""

    issued: Issued
    installation: Installation

    def chain(self, key_id: str) -> list[bytes]:
        now = datetime.now(UTC)
        trust = self.installation.office.trust()
        found = assessment_of(self.issued.people[key_id], (), now, trust)
        return [one.dump() for one in found.path]


@pytest.fixture
def province(installation: Installation, tmp_path: Path) -> Iterator[Province]:
    port = free_port()
    issued = create(
        tmp_path / "ca",
        tmp_path / "keys",
        installation.folder,
        [PersonKey("a", "Nguyễn Văn Đức"), PersonKey("b", "Lê Thu Hồi", Standing.REVOKED)],
        [AgencyKey("H13", "Ủy ban nhân dân")],
        f"http://127.0.0.1:{port}",
        "mật khẩu",
    )
    installation.clock.now = datetime.now(UTC)
    with installation.office.act() as session:
        adopt(session, installation.office.artifacts, installation.folder, installation.clock())
    process = subprocess.Popen(
        serve(tmp_path / "ca", port), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    try:
        wait_for(port)
        yield Province(issued, installation)
    finally:
        process.terminate()
        process.wait(10)


def test_a_real_authority_is_asked_for_lists_and_answers(province: Province) -> None:
    installation, now = province.installation, datetime.now(UTC)

    assert installation.refresh() == revocation.Refreshed(renewed=2, failed=0)
    calls = revocation.fetcher(installation.office, local=True)
    for key_id, expected in (("a", Found.GOOD), ("b", Found.REVOKED)):
        chain = province.chain(key_id)
        answers = revocation.status_answers(chain, calls, now)
        assert len(answers) == 1  # the root's certificates name no status service
        certificate, issuer = (x509.Certificate.load(der) for der in chain[:2])
        heard = Revocation.of((), RevocationMaterial(ocsps=answers))
        told = heard.told(certificate, [issuer], now)
        assert (told.standing, told.kind) == (expected, "ocsp")


def test_a_status_service_that_is_not_reached_gives_no_answer_and_no_error(
    province: Province,
) -> None:
    chain, now = province.chain("a"), datetime.now(UTC)
    nobody = replace(
        revocation.fetcher(province.installation.office, local=True), hosts=frozenset()
    )
    barred = revocation.fetcher(province.installation.office, local=False)

    assert revocation.status_answers(chain, nobody, now) == ()
    assert revocation.status_answers(chain, barred, now) == ()


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def wait_for(port: int) -> None:
    for _ in range(200):
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.05)
    raise AssertionError(port)
