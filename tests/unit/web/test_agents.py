"""A computer of one's own is paired on a page, and its program speaks at a door of its own."""

import re
import subprocess
import sys
from base64 import b64decode
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cache
from hashlib import sha256
from importlib import metadata
from io import BytesIO
from pathlib import Path
from uuid import UUID
from zipfile import ZipFile

import pytest
from flask import Flask
from packaging.utils import canonicalize_name
from sqlalchemy import select
from werkzeug.test import TestResponse

from console.demonstration.load import PASSPHRASE
from kernel.words import sentence
from signing.holding.keys import Pkcs12Key
from tests.office import Desks
from tests.unit.web.conftest import Browser
from tests.unit.workflow.way import Case, walk
from web.agent_archive import FOLDER, PACKAGES
from workflow.models import Account, Authorisation, JournalLine, SigningAgent, SigningKey
from workflow.signatures import agents, intents
from workflow.signatures.intents import Chosen
from workflow.states import OutgoingState

DOOR = "/api/agent/v1"
SignIn = Callable[[str], Browser]
_CODE = re.compile(r"vanthu agent pair \S+ ([A-Z0-9]{4}-[A-Z0-9]{4})")


@dataclass
class Agent:
    """A program on somebody's computer; the person's container stands in for the token."""

    app: Flask
    desks: Desks
    username: str
    token: str
    key: Pkcs12Key = field(repr=False)

    @property
    def key_id(self) -> UUID:
        return agents.caller(self.desks.office, self.token).key_id

    def ask(self, path: str, **body: object) -> TestResponse:
        headers = {"Authorization": f"Bearer {self.token}", "Accept": "application/json"}
        client = self.app.test_client()
        if body or path.endswith("/prepared"):
            return client.post(f"{DOOR}/{path}", json=body, headers=headers)
        return client.get(f"{DOOR}/{path}", headers=headers)

    def introduce(self) -> TestResponse:
        chain = [der.hex() for der in self.key.chain]
        return self.ask("key", certificate=self.key.certificate.hex(), chain=chain)

    def batch(self) -> dict[str, object] | None:
        return self.ask("batch").get_json()["batch"]

    def prepared(self, intent: UUID) -> dict[str, str]:
        return self.ask(f"intents/{intent}/prepared").get_json()

    def hand_in(self, intent: UUID, signature: bytes) -> TestResponse:
        return self.ask(f"intents/{intent}/signature", signature=signature.hex())

    def sign(self, intent: UUID) -> TestResponse:
        attributes = bytes.fromhex(self.prepared(intent)["attributes"])
        return self.hand_in(intent, self.key.sign(attributes))


def code_from(browser: Browser) -> str:
    browser.open("/may-ky")
    browser.send("/may-ky", name="Máy ở phòng làm việc")
    (code,) = _CODE.findall(browser.page)
    return code


def redeem(app: Flask, code: str) -> TestResponse:
    headers = {"Accept": "application/json"}
    return app.test_client().post(f"{DOOR}/pairing", json={"code": code}, headers=headers)


@cache
def opened(container: Path) -> Pkcs12Key:
    return Pkcs12Key.open(container.read_bytes(), PASSPHRASE)


@pytest.fixture
def agent_of(app: Flask, desks: Desks, signed_in: SignIn) -> Callable[[str], Agent]:
    def pair(username: str) -> Agent:
        token = redeem(app, code_from(signed_in(username))).get_json()["token"]
        key = opened(desks.settings.keys_folder / "people" / f"{username}.p12")
        agent = Agent(app, desks, username, token, key)
        assert agent.introduce().status_code == 200
        return agent

    return pair


@pytest.fixture(scope="module")
def case(shared_desks: Desks) -> Case:
    """A document that stays before its leader, however often it is chosen."""
    return waiting_case(shared_desks)


def given(case: Case, agent: Agent) -> UUID:
    """The leader chooses this computer for one document; give the intent."""
    person = agent.desks.person(agent.username)
    chosen = [Chosen(case.id, case.seen, case.shown)]
    return intents.give(agent.desks.office, person, chosen, agent.key_id).given[case.id]


def waiting_case(desks: Desks) -> Case:
    return walk(desks, OutgoingState.AWAITING_SIGNATURE)


def intent_row(desks: Desks, intent: UUID) -> Authorisation:
    with desks.office.sessions() as session:
        return session.get_one(Authorisation, intent)


def code_of(answer: TestResponse) -> str:
    return answer.get_json()["code"]


def test_a_document_is_signed_at_the_computer_of_its_leader(
    desks: Desks, agent_of: Callable[[str], Agent]
) -> None:
    case, agent = waiting_case(desks), agent_of("phochutich")
    intent = given(case, agent)

    (listed,) = agent.batch()["documents"]
    shown = agent.ask(f"intents/{intent}/shown").data
    answer = agent.sign(intent)
    desks.work_off()

    assert answer.status_code == 200
    assert listed["intent"] == str(intent)
    assert listed["sha256"] == case.shown == sha256(shown).hexdigest()
    assert case.state is OutgoingState.AWAITING_NUMBER
    assert case.row.artifacts[-1].verdict["conclusion"] == "TOTAL_PASSED"
    assert agent.batch() is None


def test_what_the_key_signs_is_the_digest_of_the_bytes_shown_and_what_is_appended(
    desks: Desks, case: Case, agent_of: Callable[[str], Agent]
) -> None:
    agent = agent_of("phochutich")
    intent = given(case, agent)

    told = agent.ask(f"intents/{intent}/prepared").get_json()

    pdf = desks.office.artifacts.get(case.shown) + b64decode(told["appended"])
    begin, end = told["contents"]
    assert pdf[begin - 1 : begin] + pdf[end : end + 1] == b"<>"
    assert sha256(pdf[: begin - 1] + pdf[end + 1 :]).hexdigest() in told["attributes"]


def test_a_code_pairs_one_computer_and_only_once(app: Flask, signed_in: SignIn) -> None:
    code = code_from(signed_in("phochutich"))

    first, second = redeem(app, code.lower().replace("-", " ")), redeem(app, code)

    assert first.get_json()["username"] == "phochutich"
    assert (second.status_code, code_of(second)) == (422, "agent.wrong_code")


def test_a_code_is_good_for_ten_minutes(app: Flask, desks: Desks, signed_in: SignIn) -> None:
    code = code_from(signed_in("phochutich"))

    desks.clock.pass_by(minutes=10, seconds=1)

    assert code_of(redeem(app, code)) == "agent.wrong_code"


def test_a_new_code_voids_the_one_before(app: Flask, signed_in: SignIn) -> None:
    leader = signed_in("phochutich")
    old, new = code_from(leader), code_from(leader)

    assert code_of(redeem(app, old)) == "agent.wrong_code"
    assert redeem(app, new).status_code == 200


def test_codes_cannot_be_tried_by_the_hundred(app: Flask) -> None:
    statuses = [redeem(app, f"AAAA-{number:04}").status_code for number in range(12)]

    assert statuses[-1] == 429


def test_only_hashes_of_codes_and_tokens_are_kept(
    app: Flask, desks: Desks, signed_in: SignIn
) -> None:
    code = code_from(signed_in("phochutich"))
    token = redeem(app, code).get_json()["token"]

    with desks.office.sessions() as session:
        rows = [str(vars(row)) for row in session.scalars(select(SigningAgent))]

    assert not [row for row in rows if token in row or code.replace("-", "") in row]


@pytest.mark.parametrize("token", ["", "sai", "Bearer"])
@pytest.mark.parametrize("path", ["batch", f"intents/{UUID(int=1)}/shown"])
def test_without_its_token_nobody_is_told_anything(app: Flask, path: str, token: str) -> None:
    headers = {"Authorization": f"Bearer {token}", "Accept": "application/json"}

    answer = app.test_client().get(f"{DOOR}/{path}", headers=headers)

    assert (answer.status_code, code_of(answer)) == (403, "agent.not_paired")


def test_a_session_of_the_page_opens_no_door_for_agents(signed_in: SignIn) -> None:
    leader = signed_in("phochutich")

    assert leader.open(f"{DOOR}/batch").status_code == 403


def test_a_withdrawn_computer_signs_nothing_that_waited_for_it(
    desks: Desks, case: Case, agent_of: Callable[[str], Agent], signed_in: SignIn
) -> None:
    agent = agent_of("phochutich")
    intent = given(case, agent)
    attributes = bytes.fromhex(agent.prepared(intent)["attributes"])
    page = signed_in("phochutich")
    page.open("/may-ky")

    page.send(f"/may-ky/{agents.caller(desks.office, agent.token).agent_id}/go")

    assert code_of(agent.hand_in(intent, agent.key.sign(attributes))) == "agent.not_paired"
    assert intent_row(desks, intent).trouble == "agent.withdrawn"
    assert case.state is OutgoingState.AWAITING_SIGNATURE


def test_nobody_withdraws_the_computer_of_another(
    desks: Desks, agent_of: Callable[[str], Agent], signed_in: SignIn
) -> None:
    agent = agent_of("phochutich")
    other = signed_in("chutich")
    other.open("/may-ky")

    answer = other.send(f"/may-ky/{agents.caller(desks.office, agent.token).agent_id}/go")

    assert answer.status_code == 404
    assert agent.ask("batch").status_code == 200


def test_the_agent_of_another_account_reaches_nothing_of_a_batch(
    desks: Desks, case: Case, agent_of: Callable[[str], Agent]
) -> None:
    agent, other = agent_of("phochutich"), agent_of("chutich")
    intent = given(case, agent)
    agent.prepared(intent)

    answers = [
        other.ask(f"intents/{intent}/shown"),
        other.ask(f"intents/{intent}/prepared"),
        other.hand_in(intent, b"\0" * 256),
        other.ask(f"intents/{intent}/refusal", code="agent.cancelled"),
    ]

    assert other.batch() is None
    assert {code_of(answer) for answer in answers} == {"signing.not_authorised"}
    assert intent_row(desks, intent).void_at is None


def test_a_second_computer_of_the_same_person_does_not_get_what_waits_for_the_first(
    case: Case, agent_of: Callable[[str], Agent]
) -> None:
    agent = agent_of("phochutich")
    given(case, agent)

    second = agent_of("phochutich")

    assert second.batch() is None
    assert agent.batch() is not None


def test_a_signature_is_taken_once(desks: Desks, agent_of: Callable[[str], Agent]) -> None:
    case, agent = waiting_case(desks), agent_of("phochutich")
    intent = given(case, agent)
    signature = agent.key.sign(bytes.fromhex(agent.prepared(intent)["attributes"]))

    answers = [agent.hand_in(intent, signature), agent.hand_in(intent, signature)]

    assert [answer.status_code for answer in answers] == [200, 422]
    assert code_of(answers[1]) == "signing.not_authorised"


@pytest.mark.parametrize(
    "spoil",
    [
        lambda key, attributes: key.sign(attributes + b"\0"),
        lambda key, attributes: key.sign(attributes)[:-1],
        lambda *_: b"",
        lambda *_: b"\xff" * 20_000,
    ],
)
def test_a_signature_over_anything_else_ends_the_intent(
    desks: Desks,
    case: Case,
    agent_of: Callable[[str], Agent],
    spoil: Callable[[Pkcs12Key, bytes], bytes],
) -> None:
    agent = agent_of("phochutich")
    intent = given(case, agent)
    attributes = bytes.fromhex(agent.prepared(intent)["attributes"])

    answer = agent.hand_in(intent, spoil(agent.key, attributes))

    assert (answer.status_code, code_of(answer)) == (422, "signing.foreign_signature")
    assert intent_row(desks, intent).trouble == "signing.foreign_signature"
    assert case.state is OutgoingState.AWAITING_SIGNATURE


def test_a_certificate_that_is_not_registered_for_the_person_is_not_taken(
    agent_of: Callable[[str], Agent],
) -> None:
    agent, other = agent_of("phochutich"), agent_of("chutich")
    agent.key = other.key

    assert code_of(agent.introduce()) == "signing.certificate_not_registered"


def test_an_intent_that_is_over_is_not_signed(
    desks: Desks, case: Case, agent_of: Callable[[str], Agent]
) -> None:
    agent = agent_of("phochutich")
    intent = given(case, agent)
    signature = agent.key.sign(bytes.fromhex(agent.prepared(intent)["attributes"]))

    desks.clock.pass_by(minutes=15, seconds=1)

    assert code_of(agent.hand_in(intent, signature)) == "signing.intent_over"
    assert agent.batch() is None


def test_a_document_that_was_returned_meanwhile_is_not_signed(
    desks: Desks, agent_of: Callable[[str], Agent]
) -> None:
    case, agent = waiting_case(desks), agent_of("phochutich")
    intent = given(case, agent)
    signature = agent.key.sign(bytes.fromhex(agent.prepared(intent)["attributes"]))

    case.withdraw()

    assert agent.hand_in(intent, signature).status_code in {404, 409, 422}
    assert intent_row(desks, intent).trouble == "agent.moved_on"
    assert case.state is OutgoingState.DRAFT


def test_what_the_person_declines_is_told_and_the_rest_goes_on(
    desks: Desks, agent_of: Callable[[str], Agent]
) -> None:
    one, two, agent = waiting_case(desks), waiting_case(desks), agent_of("phochutich")
    person = desks.person("phochutich")
    chosen = [Chosen(case.id, case.seen, case.shown) for case in (one, two)]
    batch = intents.give(desks.office, person, chosen, agent.key_id)

    agent.ask(f"intents/{batch.given[one.id]}/refusal", code="agent.cancelled")
    agent.sign(batch.given[two.id])
    desks.work_off()

    assert intent_row(desks, batch.given[one.id]).trouble == "agent.cancelled"
    assert one.state is OutgoingState.AWAITING_SIGNATURE
    assert two.state is OutgoingState.AWAITING_NUMBER


def test_an_agent_cannot_put_words_of_its_own_on_the_page(
    desks: Desks, case: Case, agent_of: Callable[[str], Agent]
) -> None:
    agent = agent_of("phochutich")
    intent = given(case, agent)

    agent.ask(f"intents/{intent}/refusal", code="<script>")

    assert intent_row(desks, intent).trouble == "agent.cancelled"


@pytest.mark.parametrize(
    "body",
    [b"", b"[]", b"{", b'{"signature": 1}', b'{"signature": "xyz"}', b'"' + b"a" * 100_000 + b'"'],
)
def test_what_is_not_understood_is_refused_and_ends_nothing(
    desks: Desks, case: Case, agent_of: Callable[[str], Agent], body: bytes
) -> None:
    agent = agent_of("phochutich")
    intent = given(case, agent)
    headers = {"Authorization": f"Bearer {agent.token}", "Accept": "application/json"}

    answer = agent.app.test_client().post(
        f"{DOOR}/intents/{intent}/signature",
        data=body,
        headers=headers,
        content_type="application/json",
    )

    assert answer.status_code in {413, 422}
    assert intent_row(desks, intent).void_at is None


def test_pairing_and_withdrawing_stand_in_the_journal(
    desks: Desks, agent_of: Callable[[str], Agent]
) -> None:
    agent_of("chutich")

    with desks.office.sessions() as session:
        lines = session.scalars(select(JournalLine).where(JournalLine.action == "pair_agent"))
        assert "Máy ở phòng làm việc" in [line.facts["name"] for line in lines]


def test_a_closed_account_has_no_agents(desks: Desks, agent_of: Callable[[str], Agent]) -> None:
    agent = agent_of("chanhvanphong")
    with desks.office.act() as session:
        account = session.scalars(select(Account).where(Account.username == "chanhvanphong")).one()
        account.closed_at = desks.clock()

    answer = agent.ask("batch")

    with desks.office.act() as session:
        session.get_one(Account, account.id).closed_at = None
    assert answer.status_code == 403


def test_the_page_names_the_computer_and_never_shows_the_code_again(
    app: Flask, signed_in: SignIn
) -> None:
    leader = signed_in("chutich")
    code = code_from(leader)
    redeem(app, code)

    leader.open("/may-ky")

    assert code not in leader.page
    assert "Máy ở phòng làm việc" in leader.page


def test_the_program_from_the_page_starts_without_the_rest_of_the_product(
    signed_in: SignIn, tmp_path: Path
) -> None:
    answer = signed_in("phochutich").open("/may-ky/vanthu-agent.zip")
    with ZipFile(BytesIO(answer.data)) as packed:
        packed.extractall(tmp_path)

    words = [sys.executable, "-X", "importtime", "-P", "-m", "agent", "run", "--help"]
    started = subprocess.run(
        words,
        cwd=tmp_path / FOLDER,
        env={"PYTHONPATH": str(tmp_path / FOLDER)},
        capture_output=True,
        text=True,
        check=True,
    )

    assert "--module" in started.stdout
    imported = {line.rpartition("|")[2].strip() for line in started.stderr.splitlines()}
    assert {"agent.command", "signing.holding.token", "pkcs11"} <= imported
    assert not imported & {"flask", "sqlalchemy", "celery", "pyhanko", "pydantic", "workflow"}


def test_the_pins_of_the_program_are_complete_and_hashed(signed_in: SignIn) -> None:
    answer = signed_in("phochutich").open("/may-ky/vanthu-agent.zip")
    with ZipFile(BytesIO(answer.data)) as packed:
        pins = packed.read(f"{FOLDER}/requirements.txt").decode()

    names = set(re.findall(r"^([a-z0-9-]+)==", pins, re.MULTILINE))
    needed = {
        canonicalize_name(re.split(r"[^A-Za-z0-9._-]", need)[0])
        for name in names
        for need in metadata.requires(name) or ()
        if "extra ==" not in need and "python_version < " not in need
    }
    assert names == set(PACKAGES)
    assert needed <= names
    assert pins.count("--hash=sha256:") > 5 * len(names)


def test_a_computer_without_a_name_is_not_paired(signed_in: SignIn) -> None:
    leader = signed_in("chutich")
    leader.open("/may-ky")

    answer = leader.send("/may-ky", name="  ")

    assert answer.status_code == 422
    assert sentence("agent.name_missing") in leader.page


def test_whoever_signs_nothing_pairs_nothing(signed_in: SignIn) -> None:
    assert signed_in("chuyenvien").open("/may-ky").status_code == 403


def test_each_paired_computer_is_a_key_of_its_person(
    desks: Desks, agent_of: Callable[[str], Agent]
) -> None:
    agent = agent_of("phochutich")
    agent.ask("key", certificate=agent.key.certificate.hex(), chain=[])

    with desks.office.sessions() as session:
        key = session.get_one(SigningKey, agent.key_id)

    assert key.person_id == desks.person("phochutich")
    assert key.label == "Máy ở phòng làm việc"
    assert key.reference["certificate"] == agent.key.certificate.hex()
    # issuers that a device lacks are those of the trust list
    assert key.reference["chain"] == [der.hex() for der in agent.key.chain]
