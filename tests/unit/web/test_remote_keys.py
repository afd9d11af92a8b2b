"""A leader takes up the keys that a remote service holds for them, on a page of their own."""

from collections.abc import Callable, Iterator
from dataclasses import replace

import pytest
from flask import Flask
from sqlalchemy import delete, select

from console.demonstration.load import PASSPHRASE
from kernel.words import sentence
from tests.contract.servers.csc import CscServer
from tests.contract.servers.csc_words import Credential
from tests.contract.servers.keys import Key
from tests.contract.servers.serving import served
from tests.office import Desks
from tests.unit.web.conftest import Browser
from web.app import create
from workflow.models import Certificate, JournalLine, KeyKind, SigningKey
from workflow.signatures import intents
from workflow.signatures.remote_services import RemoteServices

PAGE = "/khoa-ky-tu-xa"
USER = "092012345678"
SETTINGS = """
kind = "csc"
name = "CA thử nghiệm"
url = "{address}"
client_id = "office"
secret_file = "ca.secret"
answer_seconds = 3
pause_seconds = 0.05
"""
SignIn = Callable[[str], Browser]


def key_of(desks: Desks, username: str) -> Key:
    with desks.office.sessions() as session:
        keys = intents.keys_of(session, person_id=desks.person(username))
        container = next(k.reference["container"] for k in keys if k.kind is KeyKind.PKCS12)
    return Key.of(desks.settings.keys_folder / "people" / f"{container}.p12", PASSPHRASE)


@pytest.fixture
def server(desks: Desks) -> CscServer:
    """A service that holds one leader's key, and another leader's for the same user name."""
    server = CscServer("1.0.4")
    for name, username in (("GX01", "phochutich"), ("GX02", "chutich")):
        server.credentials[name] = Credential(name, key_of(desks, username), USER, pin="246810")
    return server


@pytest.fixture
def app(desks: Desks, server: CscServer) -> Iterator[Flask]:
    """The pages of an office that signs remotely."""
    folder = desks.settings.keys_folder / "remote"
    folder.mkdir(exist_ok=True)
    (folder / "ca.secret").write_text("client's secret")
    (folder / "ca.secret").chmod(0o600)
    with served(server.app) as address:
        (folder / "ca.toml").write_text(SETTINGS.format(address=address))
        desk = replace(desks.office.desk, services=RemoteServices(folder, on=True))
        settings = desks.settings.model_copy(
            update={"demo": True, "redis_url": "", "remote_signing": True}
        )
        yield create(replace(desks.office, desk=desk), settings)
    with desks.office.sessions.begin() as session:
        for key in session.scalars(select(SigningKey).where(SigningKey.kind == KeyKind.CSC)):
            key.withdrawn_at = desks.clock()


def look(browser: Browser, user: str = USER) -> None:
    browser.open(PAGE)
    browser.send(f"{PAGE}/tim", service="ca", user=user)


def take_up(browser: Browser, credential: str = "GX01") -> int:
    look(browser)
    sent = {
        "service": "ca",
        "user": USER,
        "credential": credential,
        "label": "Khóa trên điện thoại",
    }
    status = browser.send(PAGE, **sent).status_code
    if status == 302:
        browser.open(PAGE)
    return status


def keys(desks: Desks) -> list[SigningKey]:
    with desks.office.sessions() as session:
        return list(session.scalars(select(SigningKey).where(SigningKey.withdrawn_at.is_(None))))


def test_a_leader_finds_their_key_at_the_service_and_takes_it_up(
    signed_in: SignIn, desks: Desks
) -> None:
    leader = signed_in("phochutich")

    assert take_up(leader) == 302

    assert "Khóa trên điện thoại" in leader.page
    (key,) = [key for key in keys(desks) if key.kind is KeyKind.CSC]
    assert key.person_id == desks.person("phochutich")
    assert key.reference["user_id"] == USER
    assert key.reference["asks"] == ["pin"]
    with desks.office.sessions() as session:
        query = select(JournalLine).where(JournalLine.action == "take_up_key")
        assert session.scalars(query).first() is not None


def test_anothers_key_under_the_same_user_name_is_neither_shown_nor_given(
    signed_in: SignIn,
) -> None:
    leader = signed_in("phochutich")

    look(leader)

    assert 'value="GX01"' in leader.page
    assert "GX02" not in leader.page
    assert take_up(leader, "GX02") == 422
    assert sentence("remote.not_yours") in leader.page


def test_a_key_nobody_has_registered_waits_for_an_administrator(
    signed_in: SignIn, desks: Desks
) -> None:
    leader = signed_in("phochutich")
    with desks.office.sessions.begin() as session:
        session.execute(
            delete(Certificate).where(Certificate.person_id == desks.person("phochutich"))
        )
    assert take_up(leader) == 302
    (key,) = [key for key in keys(desks) if key.kind is KeyKind.CSC]
    assert key.registered_at is None
    with desks.office.sessions() as session:
        mine = intents.keys_of(session, person_id=desks.person("phochutich"))
    assert key.id not in {one.id for one in mine}

    administrator = signed_in("quantri")
    administrator.open("/khoa-ky/cho-dang-ky")
    administrator.send(f"/khoa-ky/{key.id}/dang-ky")

    with desks.office.sessions() as session:
        mine = intents.keys_of(session, person_id=desks.person("phochutich"))
    assert key.id in {one.id for one in mine}


def test_a_key_is_taken_up_once(signed_in: SignIn) -> None:
    leader = signed_in("phochutich")
    take_up(leader)

    assert take_up(leader) == 422
    assert sentence("remote.taken_up_already") in leader.page


def test_a_key_that_was_given_up_signs_no_more(signed_in: SignIn, desks: Desks) -> None:
    leader = signed_in("phochutich")
    take_up(leader)
    (key,) = [key for key in keys(desks) if key.kind is KeyKind.CSC]

    other = signed_in("chutich")
    assert other.send(f"{PAGE}/{key.id}/go").status_code == 404
    assert leader.send(f"{PAGE}/{key.id}/go").status_code == 302

    assert key.id not in {key.id for key in keys(desks)}


def test_a_code_is_sent_to_whoever_asks_for_their_own_key(
    signed_in: SignIn, server: CscServer, desks: Desks
) -> None:
    server.credentials["GX01"].online = True
    leader = signed_in("phochutich")
    take_up(leader)
    (key,) = [key for key in keys(desks) if key.kind is KeyKind.CSC]

    assert signed_in("chutich").send(f"{PAGE}/{key.id}/gui-ma").status_code == 404
    assert server.credentials["GX01"].sent == []
    assert leader.send(f"{PAGE}/{key.id}/gui-ma").status_code == 302

    assert server.credentials["GX01"].sent == ["000001"]


def test_a_service_that_is_away_is_told_as_that(signed_in: SignIn, server: CscServer) -> None:
    leader = signed_in("phochutich")
    server.behaviour.down = True

    look(leader)

    assert sentence("remote.unreachable") in leader.page


def test_the_page_says_what_such_a_signature_is_not(signed_in: SignIn) -> None:
    leader = signed_in("phochutich")

    leader.open(PAGE)

    assert "không phải là chữ ký số chuyên dùng công vụ" in leader.page


def test_where_remote_signing_is_off_there_is_nothing_to_take_up(
    signed_in: SignIn, app: Flask
) -> None:
    app.jinja_env.globals["signs_remotely"] = False
    leader = signed_in("phochutich")

    assert PAGE not in leader.page


def test_who_signs_nothing_has_no_such_page(signed_in: SignIn) -> None:
    assert signed_in("chuyenvien").open(PAGE).status_code == 403
