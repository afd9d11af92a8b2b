"""An office one of whose leaders has a key at a remote service, whichever is asked for."""

import json
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

from console.demonstration.load import PASSPHRASE
from kernel.errors import Unavailable
from signing.holding.keys import facts
from tests.contract.servers.csc import CscServer
from tests.contract.servers.csc_words import Credential
from tests.contract.servers.keys import Key
from tests.contract.servers.mysign import MySignServer
from tests.contract.servers.serving import served
from tests.contract.servers.smartca import SmartCaServer
from tests.office import Desks
from tests.unit.workflow.way import Case
from workflow.models import KeyKind, SigningKey
from workflow.signatures import intents, signing_desk
from workflow.signatures.intents import Chosen
from workflow.signatures.remote_services import KINDS, RemoteServices
from workflow.states import OutgoingState

USER = "CMT_0123456789"
PIN = "246810"
LEADER = "phochutich"
LABEL = "Ký từ xa"


@dataclass
class Remote:
    """The leader's key at a running service, registered in the office."""

    desks: Desks
    server: Any
    key_id: UUID

    @property
    def leader(self) -> UUID:
        return self.desks.person(LEADER)

    def confirm(self) -> None:
        if isinstance(self.server, SmartCaServer):
            self.server.confirmed = True
        else:
            self.server.confirmed.set()

    def sign(self, *cases: Case, secret: str = "") -> intents.Batch:
        chosen = [Chosen(case.id, case.seen, case.shown) for case in cases]
        return signing_desk.sign_all(
            self.desks.office, self.leader, chosen, secret=secret, key_id=self.key_id
        )

    def work_off(self, *cases: Case, seconds: float = 30) -> None:
        """Let the workers work until none of the documents is being signed any more."""
        until = time.monotonic() + seconds
        while any(case.state is OutgoingState.SIGNING for case in cases):
            assert time.monotonic() < until, [case.state for case in cases]
            with suppress(Unavailable):
                self.desks.work_off()
            time.sleep(0.02)


def leaders_key(desks: Desks) -> Key:
    with desks.office.sessions() as session:
        *_, key = intents.keys_of(session, person_id=desks.person(LEADER))
    folder = desks.settings.keys_folder / "people"
    return Key.of(folder / f"{key.reference['container']}.p12", PASSPHRASE)


def at_csc(key: Key) -> tuple[CscServer, str, dict[str, object]]:
    server = CscServer("2.0")
    server.credentials["GX01"] = Credential("GX01", key, USER, pin=PIN)
    return server, "GX01", {"kind": "csc", "version": "2.0", "client_id": "office"}


def at_mysign(key: Key) -> tuple[MySignServer, str, dict[str, object]]:
    server = MySignServer()
    server.credentials["VT01"] = Credential("VT01", key, USER, phone=True)
    return server, "VT01", {"kind": "mysign", "client_id": "office"}


def at_smartca(key: Key) -> tuple[SmartCaServer, str, dict[str, object]]:
    serial = facts(key.certificates[0]).serial
    server = SmartCaServer(USER, key, serial)
    server.sp_password = "client's secret"
    return server, serial, {"kind": "smartca", "client_id": server.sp_id}


SERVICES = {"csc": at_csc, "mysign": at_mysign, "smartca": at_smartca}


@contextmanager
def remote_key(desks: Desks, kind: str, person_seconds: float = 6) -> Iterator[Remote]:
    """Run a service of ``kind`` that holds the leader's key, and register it in the office."""
    desks.bells.clear()
    key = leaders_key(desks)
    server, credential_id, settings = SERVICES[kind](key)
    certificate, *chain = (der.hex() for der in key.certificates)
    reference = {
        "provider": "ca",
        "user_id": USER,
        "credential_id": credential_id,
        "certificate": certificate,
        "chain": chain,
        "asks": ["pin"] if kind == "csc" else ["phone"],
    }
    with served(server.app) as address:
        folder = desks.settings.keys_folder / "remote"
        folder.mkdir(mode=0o700, exist_ok=True)
        (folder / "ca.secret").write_text("client's secret")
        (folder / "ca.secret").chmod(0o600)
        settings |= {"name": "CA thử nghiệm", "url": address, "secret_file": "ca.secret"}
        settings |= {"answer_seconds": 5.0, "pause_seconds": 0.05}
        settings |= {"person_seconds": float(person_seconds)}
        lines = [f"{name} = {json.dumps(value)}" for name, value in settings.items()]
        (folder / "ca.toml").write_text("\n".join(lines))
        switch(desks, on=True)
        yield Remote(desks, server, registered(desks, KeyKind(kind), reference))


def switch(desks: Desks, *, on: bool) -> None:
    """Let this office sign remotely, or not."""
    services = RemoteServices(desks.settings.keys_folder / "remote", on=on)
    cabinet = desks.office.desk.cabinet
    cabinet.openers = {**cabinet.openers, **dict.fromkeys(KINDS, services.open)}


def registered(desks: Desks, kind: KeyKind, reference: dict[str, Any]) -> UUID:
    key = SigningKey(
        id=uuid4(),
        person_id=desks.person(LEADER),
        kind=kind,
        label=LABEL,
        reference=reference,
        registered_at=desks.clock() + timedelta(seconds=1),
    )
    with desks.office.sessions.begin() as session:
        session.add(key)
        return key.id
