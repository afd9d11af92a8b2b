"""The signing process as the others meet it: a real one, over its Unix socket."""

import gc
import logging
import os
import signal
import stat
import subprocess
import warnings
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from socket import AF_UNIX, socket
from threading import Thread
from uuid import UUID, uuid4

import httpx
import pytest
from sqlalchemy import select
from werkzeug.serving import make_server

from console.demonstration.load import PASSPHRASE
from console.run import environment_of, processes
from console.server import until
from kernel.errors import DomainError, NotFound, Refused, Unavailable
from kernel.settings import ROOT
from signer.app import create
from signing.holding.keys import facts
from tests.office import Desks
from tests.unit.workflow.way import Case, onward, walk
from wiring.remote_desk import RemoteDesk
from workflow.models import Certificate, Purpose
from workflow.outgoing import sealing
from workflow.signatures import intents, signing_desk
from workflow.signatures.intents import Chosen
from workflow.states import OutgoingState

AWAY = "signing.process_unavailable"
WRONG = "bí mật sai của lãnh đạo"


@dataclass
class Signer:
    """The signing process of an office, started as ``run`` starts it."""

    desks: Desks
    running: subprocess.Popen | None = None

    @property
    def socket(self) -> Path:
        return self.desks.settings.signer_socket_path

    @property
    def log(self) -> Path:
        return self.desks.settings.var / "signer.log"

    def start(self) -> None:
        settings = self.desks.settings
        self.socket.parent.mkdir(mode=0o700, exist_ok=True)
        (command,) = [p.command for p in processes(settings, 1) if p.name == "signer"]
        with self.log.open("ab") as log:
            self.running = subprocess.Popen(
                command,
                cwd=ROOT,
                env=os.environ | environment_of(settings),
                stdout=log,
                stderr=log,
                start_new_session=True,
            )
        assert until(self.answers, seconds=60), self.log.read_text()

    def answers(self) -> bool:
        with socket(AF_UNIX) as client:
            if client.connect_ex(str(self.socket)) != 0:
                return False
        way = httpx.HTTPTransport(uds=str(self.socket))
        with httpx.Client(transport=way, timeout=60) as client:  # the worker still starts
            return client.get("http://signer/healthz").is_success

    def kill(self) -> None:
        """Kill it and what it started, as a machine that fails would."""
        assert self.running
        os.killpg(self.running.pid, signal.SIGKILL)
        self.running.wait()

    def stop(self) -> float:
        """Ask it to end; give the seconds it took."""
        assert self.running
        began = datetime.now(UTC)
        self.running.terminate()
        self.running.wait(timeout=10)
        return (datetime.now(UTC) - began).total_seconds()


@pytest.fixture(scope="module")
def signer(shared_desks: Desks) -> Iterator[Signer]:
    for seal in (shared_desks.settings.keys_folder / "seals").glob("*.p12"):
        if seal.stem not in {"H13", "H13.02"}:
            seal.unlink()  # each takes a third of a second to open
    signer = Signer(shared_desks)
    signer.start()
    yield signer
    signer.kill()


@pytest.fixture(scope="module")
def remote(signer: Signer) -> Iterator[RemoteDesk]:
    """One for the whole life of a web process, through every new start of the signing process."""
    remote = RemoteDesk(signer.socket)
    yield remote
    closed(remote)


def closed(remote: RemoteDesk) -> None:
    remote._client.close()  # noqa: SLF001 - the product keeps it as long as it lives


@pytest.fixture
def away(signer: Signer, remote: RemoteDesk) -> Desks:
    """The office whose signing desk is that other process."""
    desks = signer.desks
    desks.clock.now = datetime.now(UTC)
    return replace(desks, office=replace(desks.office, desk=remote))


def error_of(act, *arguments) -> DomainError:
    with pytest.raises(DomainError) as error:
        act(*arguments)
    return error.value


def unreachable(act, *arguments) -> str:
    """Give the code; the socket of a connection that failed is left to the collector by httpx."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ResourceWarning)
        error = error_of(act, *arguments)
        kind, code = type(error), error.code
        del error
        gc.collect()
    assert kind is Unavailable
    return code


def test_nobody_but_its_user_may_speak_to_it(signer: Signer):
    status = signer.socket.stat()

    assert stat.S_ISSOCK(status.st_mode)
    assert stat.S_IMODE(status.st_mode) == 0o600
    assert stat.S_IMODE(signer.socket.parent.stat().st_mode) == 0o700


def test_it_tells_how_many_seals_it_holds(signer: Signer):
    with httpx.Client(transport=httpx.HTTPTransport(uds=str(signer.socket))) as client:
        assert client.get("http://signer/healthz").json() == {"seals": 2}


@pytest.fixture(scope="module")
def waiting(signer: Signer) -> Case:
    """A document that nobody succeeds in signing."""
    return walk(signer.desks, OutgoingState.AWAITING_SIGNATURE)


def batch(case: Case) -> UUID:
    """An intent of the leader, for which no key is open yet."""
    office, leader = case.desks.office, case.desks.person("phochutich")
    chosen = [Chosen(case.id, case.seen, case.shown)]
    case.desks.clock.now = datetime.now(UTC)
    return intents.give(office, leader, chosen, None).id


def test_a_key_that_was_opened_shows_the_registered_certificate(
    remote: RemoteDesk, away: Desks, waiting: Case
):
    with away.office.sessions() as session:
        registered = session.scalars(
            select(Certificate.fingerprint).where(
                Certificate.person_id == away.person("phochutich")
            )
        ).one()

    der = remote.open(batch(waiting), PASSPHRASE)

    assert facts(der).fingerprint == registered


@pytest.mark.parametrize("secret", [WRONG, ""])
def test_a_wrong_passphrase_is_told(remote: RemoteDesk, waiting: Case, secret: str):
    refused = error_of(remote.open, batch(waiting), secret)

    assert (type(refused), refused.code) == (Refused, "signing.wrong_passphrase")


def test_the_certificate_of_a_seal_needs_no_secret(remote: RemoteDesk):
    assert facts(remote.seal_certificate("seals/H13")).subject_name == (
        "Ủy ban nhân dân thành phố Cần Thơ"
    )


@pytest.mark.parametrize(
    ("verb", "arguments", "code"),
    [
        ("open", (uuid4(), PASSPHRASE), "signing.not_authorised"),
        ("seal_certificate", ("seals/H99",), "signing.no_seal_key"),
        ("apply", (uuid4(),), "signing.not_authorised"),
    ],
)
def test_its_refusals_arrive_with_their_codes(
    remote: RemoteDesk, verb: str, arguments: tuple[object, ...], code: str
):
    refused = error_of(getattr(remote, verb), *arguments)

    assert (type(refused), refused.code) == (Refused, code)


def test_a_document_is_signed_numbered_and_sealed_over_the_socket(away: Desks):
    case = walk(away, OutgoingState.AWAITING_ISSUE)

    assert case.row.artifacts[-1].verdict["conclusion"] == "TOTAL_PASSED"


def test_a_wrong_passphrase_leaves_the_document_as_it_was(away: Desks):
    case = walk(away, OutgoingState.AWAITING_SIGNATURE)
    seen = case.seen

    refused = error_of(lambda: case.sign(secret=WRONG))

    assert refused.code == "signing.wrong_passphrase"
    assert (case.state, case.seen) == (OutgoingState.AWAITING_SIGNATURE, seen)


def test_a_key_that_is_to_be_forgotten_signs_nothing(away: Desks, remote: RemoteDesk):
    case = walk(away, OutgoingState.SIGNING)
    with away.office.sessions() as session:
        document = session.get_one(type(case.row), case.id)
        given = intents.latest(session, document, Purpose.APPROVE)

    remote.forget(given.batch_id)
    remote.forget(uuid4())

    assert error_of(remote.apply, given.id).code == "signing.key_gone"


def test_killed_before_it_signed_it_asks_for_the_passphrase_again(signer: Signer, away: Desks):
    case = walk(away, OutgoingState.SIGNING)

    signer.kill()
    assert unreachable(signing_desk.finish, away.office, case.id) == AWAY
    signer.start()
    away.work_off()

    assert (case.state, case.row.trouble) == (OutgoingState.APPROVED, "signing.key_gone")
    away.clock.pass_by(seconds=1)
    onward(case, OutgoingState.AWAITING_NUMBER)


def test_killed_before_it_sealed_it_seals_with_the_same_number_afterwards(
    signer: Signer, away: Desks
):
    case = walk(away, OutgoingState.SEALING)
    number = case.row.code_number

    signer.kill()
    assert unreachable(sealing.finish, away.office, case.id) == AWAY
    assert unreachable(propose, case) == AWAY
    assert case.state is OutgoingState.SEALING
    signer.start()
    sealing.finish(away.office, case.id)

    assert (case.state, case.row.code_number) == (OutgoingState.AWAITING_ISSUE, number)


def propose(case: Case) -> None:
    sealing.propose(case.desks.office, case.desks.person("vanthu"), case.id)


def test_asked_to_end_it_ends_within_ten_seconds_and_leaves_no_socket(signer: Signer):
    assert signer.stop() < 10
    assert not signer.socket.exists()

    signer.start()


def test_no_passphrase_was_ever_written_to_its_log(
    signer: Signer, remote: RemoteDesk, waiting: Case
):
    error_of(remote.open, batch(waiting), WRONG)
    with httpx.Client(transport=httpx.HTTPTransport(uds=str(signer.socket))) as client:
        assert client.post("http://signer/open", json={"secret": WRONG}).is_error

    told = signer.log.read_text()
    assert WRONG not in told
    assert PASSPHRASE not in told
    assert all(mark not in told for mark in ("b\\u00ed m", WRONG.encode().hex()))


@dataclass
class Awkward:
    """A signing desk where the signature goes wrong as a test wants."""

    error: Exception

    def apply(self, _: UUID) -> str:
        raise self.error


@pytest.mark.parametrize(
    ("error", "kind", "code", "told"),
    [
        (
            Refused("documents.number_too_long", number="1000", room=3),
            Refused,
            "documents.number_too_long",
            {"number": "1000", "room": 3},
        ),
        (Unavailable("store.unavailable"), Unavailable, "store.unavailable", {}),
        (NotFound("workflow.no_such_file"), Unavailable, "workflow.no_such_file", {}),
        (ValueError("a defect"), Unavailable, "signing.process_failed", {}),
    ],
)
def test_what_goes_wrong_there_is_told_here(
    tmp_path: Path,
    error: Exception,
    kind: type[DomainError],
    code: str,
    told: dict[str, object],
):
    with serving(tmp_path / "s", Awkward(error)) as remote:
        found = error_of(remote.apply, uuid4())

    assert (type(found), found.code, found.facts) == (kind, code, told)


class serving:  # noqa: N801 - it reads as a word of the sentence
    """Serve a desk on a socket in a thread of this process."""

    def __init__(self, socket: Path, desk: Awkward) -> None:
        self.handlers = logging.root.handlers
        self.server = make_server(f"unix://{socket}", 0, create(desk))
        self.thread = Thread(target=self.server.serve_forever)
        self.remote = RemoteDesk(socket)

    def __enter__(self) -> RemoteDesk:
        self.thread.start()
        return self.remote

    def __exit__(self, *_: object) -> None:
        closed(self.remote)
        self.server.shutdown()
        self.thread.join()
        self.server.server_close()
        logging.root.handlers = self.handlers


def test_where_no_signing_process_runs_everybody_is_told_to_try_later(tmp_path: Path):
    remote = RemoteDesk(tmp_path / "nowhere")

    assert unreachable(remote.apply, uuid4()) == AWAY

    closed(remote)
