"""The agent at a leader's computer: a real server on this machine, a token in software."""

import re
import stat
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from io import BytesIO
from pathlib import Path
from uuid import UUID

import pkcs11
import pytest
from flask import Flask, redirect
from pyhanko.pdf_utils.generic import StreamObject
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter

from agent import pairing
from agent.desk import Answer, Ready
from agent.device import Device, find
from agent.door import Door, Listed, Prepared
from agent.pairing import Pairing
from kernel.errors import DomainError, Forbidden, Refused, Unavailable
from kernel.objects import Artifacts
from signing.holding.token import Caution
from tests.contract.computer import Computer, Console, certified, pages_of, paired, serving
from tests.contract.softhsm import MODULE, PIN, SoftToken, soft_token
from tests.office import Desks
from tests.unit.workflow.way import Case, walk
from workflow.models import Authorisation
from workflow.signatures import agents
from workflow.signatures.preparing import Preparer
from workflow.states import OutgoingState

LEADER = "phochutich"
HOLDER = "Phó Chủ tịch (thiết bị)"


@pytest.fixture(scope="module")
def token(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SoftToken]:
    with soft_token(tmp_path_factory.mktemp("usb"), "Token") as token:
        yield token


@pytest.fixture(scope="module")
def certificate(shared_desks: Desks, token: SoftToken) -> bytes:
    """The leader's certificate, on the token and registered."""
    return certified(shared_desks, token, LEADER, HOLDER)


@pytest.fixture(scope="module")
def origin(shared_desks: Desks, certificate: bytes) -> Iterator[str]:
    del certificate  # is registered before anybody asks
    with serving(pages_of(shared_desks)) as address:
        yield address


@pytest.fixture(scope="module")
def computer(shared_desks: Desks, origin: str) -> Computer:
    return paired(shared_desks, origin, LEADER)


@dataclass
class Sitting:
    """Somebody at the computer who has made up their mind."""

    answer: Answer = Answer.SIGN
    pins: list[str] = field(default_factory=lambda: [PIN])
    before_signing: Callable[[], None] = lambda: None
    listed: list[str] = field(default_factory=list)
    done: list[str] = field(default_factory=list)
    failed: dict[str, str] = field(default_factory=dict)
    heard: list[str] = field(default_factory=list)
    cautions: list[Caution] = field(default_factory=list)

    def decide(self, ready: Sequence[Ready], device: Device) -> Answer:
        assert device.holder == HOLDER
        self.listed = [one.listed.intent for one in ready]
        return self.answer

    def pin(self, token: str, asked: Caution) -> str:
        assert token == "Token"
        self.cautions.append(asked)
        return self.pins.pop(0)

    def told(self, error: DomainError) -> None:
        self.heard.append(error.code)

    def left_out(self, listed: Listed, error: DomainError) -> None:
        self.failed[listed.intent] = error.code

    def signed(self, listed: Listed) -> None:
        self.done.append(listed.intent)
        self.before_signing()


@pytest.fixture
def cases(shared_desks: Desks) -> Callable[[int], list[Case]]:
    def make(count: int) -> list[Case]:
        return [walk(shared_desks, OutgoingState.AWAITING_SIGNATURE) for _ in range(count)]

    return make


def test_one_pin_signs_a_batch_and_every_document_passes(
    computer: Computer, cases: Callable[[int], list[Case]]
):
    documents = cases(3)
    chosen = computer.choose(*documents)
    leader = Sitting()

    computer.work_off(leader)
    computer.desks.work_off()

    assert leader.listed == leader.done == [str(intent) for intent in chosen]
    for case in documents:
        made = case.row.artifacts[-1]
        assert case.state is OutgoingState.AWAITING_NUMBER
        assert made.verdict["conclusion"] == "TOTAL_PASSED"
        assert made.verdict["signatures"][0]["signer_name"] == HOLDER


class OtherBytes(Door):
    """A server that sends other bytes than the page shows."""

    def shown(self, intent: str) -> bytes:
        return super().shown(intent) + b"% more"


class OtherDigest(Door):
    """A server that asks for a digest of something else to be signed."""

    def prepared(self, intent: str) -> Prepared:
        told = super().prepared(intent)
        return replace(told, attributes=told.attributes[:-32] + bytes(32))


class ForeignDigest(Door):
    """A server that has the first document's digest signed for each."""

    first: Prepared | None = None

    def prepared(self, intent: str) -> Prepared:
        told = super().prepared(intent)
        self.first = self.first or told
        return replace(told, attributes=self.first.attributes)


class WiderHole(Door):
    """A server that leaves more out of the digest than the signature's own place."""

    def prepared(self, intent: str) -> Prepared:
        told = super().prepared(intent)
        begin, end = told.contents
        return replace(told, contents=(begin - 40, end))


class SomethingAppended(Door):
    """A server that appends behind what it had digested."""

    def prepared(self, intent: str) -> Prepared:
        told = super().prepared(intent)
        return replace(told, appended=told.appended + b"% more\n")


class FilledHole(Door):
    """A server that hides bytes in the signature's place."""

    def prepared(self, intent: str) -> Prepared:
        told = super().prepared(intent)
        appended = told.appended.replace(b"<" + b"0" * 40, b"<" + b"1" * 40)
        assert appended != told.appended
        return replace(told, appended=appended)


@dataclass(frozen=True)
class Forging:
    """The object store of a server that lays a picture of its own over what it has signed."""

    honest: Artifacts
    shown: str

    def get(self, sha256: str) -> bytes:
        data = self.honest.get(sha256)
        return overlaid(data) if sha256 == self.shown else data


def overlaid(pdf: bytes) -> bytes:
    """Change the first page in an update of its own."""
    update = IncrementalPdfFileWriter(BytesIO(pdf))
    update.add_stream_to_page(0, update.add_object(StreamObject(stream_data=RED_BAR)))
    out = BytesIO()
    update.write(out)
    return out.getvalue()


RED_BAR = b"q 1 0 0 rg 100 500 60 8 re f Q"
"""Six centimetres of paragraph, gone."""


@pytest.mark.parametrize(
    ("server", "code"),
    [
        (OtherBytes, "agent.bytes_differ"),
        (OtherDigest, "agent.digest_differs"),
        (WiderHole, "agent.digest_differs"),
        (SomethingAppended, "agent.digest_differs"),
        (FilledHole, "agent.digest_differs"),
    ],
)
def test_the_agent_signs_nothing_that_is_not_what_the_page_shows(
    computer: Computer, cases: Callable[[int], list[Case]], server: type[Door], code: str
):
    (case,) = cases(1)
    (intent,) = computer.choose(case)
    leader = Sitting(pins=[])

    computer.work_off(leader, server)

    assert leader.failed == {str(intent): code}
    assert computer.trouble(intent) == code
    assert case.state is OutgoingState.AWAITING_SIGNATURE


def test_a_page_that_signing_would_change_is_not_signed(
    computer: Computer, certificate: bytes, cases: Callable[[int], list[Case]]
):
    (case,) = cases(1)
    (intent,) = computer.choose(case)
    office = computer.desks.office
    forging = Forging(office.artifacts, case.shown)
    preparer = Preparer(forging, office.typesetter, office.clock, demo=True)

    class OtherPage(Door):
        def prepared(self, intent: str) -> Prepared:
            with office.sessions() as session:
                given = session.get_one(Authorisation, UUID(intent))
                made = preparer.prepare(session, given)(certificate, ())
            before = len(office.artifacts.get(given.sha256))
            return Prepared(made.pdf[before:], made.contents, made.attributes)

    leader = Sitting(pins=[])
    computer.work_off(leader, OtherPage)

    assert leader.failed == {str(intent): "agent.page_differs"}
    assert computer.trouble(intent) == "agent.page_differs"


def test_a_digest_of_another_document_is_left_out_and_the_rest_is_signed(
    computer: Computer, cases: Callable[[int], list[Case]]
):
    one, two = computer.choose(*cases(2))
    leader = Sitting()

    computer.work_off(leader, ForeignDigest)

    assert (leader.done, leader.failed) == ([str(one)], {str(two): "agent.digest_differs"})
    assert computer.trouble(two) == "agent.digest_differs"


def test_a_device_pulled_out_in_the_middle_keeps_what_was_signed(
    computer: Computer, token: SoftToken, cases: Callable[[int], list[Case]]
):
    one, two = computer.choose(*cases(2))
    leader = Sitting(before_signing=token.pull)

    computer.work_off(leader)
    token.put_back()
    pkcs11.lib(MODULE).reinitialize()

    assert (leader.done, leader.failed) == ([str(one)], {str(two): "pkcs11.token_away"})
    assert computer.trouble(two) == "agent.token_failed"


def test_a_wrong_pin_is_told_and_the_person_tries_again(
    computer: Computer, cases: Callable[[int], list[Case]]
):
    (intent,) = computer.choose(*cases(1))
    leader = Sitting(pins=["000000", PIN])

    computer.work_off(leader)

    assert (leader.heard, leader.done) == (["pkcs11.wrong_pin"], [str(intent)])
    assert [asked.wrong_before for asked in leader.cautions] == [False, True]


def test_what_the_person_declines_waits_on_the_page(
    computer: Computer, cases: Callable[[int], list[Case]]
):
    (case,) = cases(1)
    (intent,) = computer.choose(case)

    computer.work_off(Sitting(Answer.REFUSE, pins=[]))

    assert computer.trouble(intent) == "agent.cancelled"
    assert case.state is OutgoingState.AWAITING_SIGNATURE


def test_a_device_without_a_registered_certificate_is_not_asked_for_a_pin(token: SoftToken):
    del token

    with pytest.raises(Refused) as error:
        find([MODULE], frozenset({"0" * 64}))

    assert error.value.code == "agent.no_registered"


@pytest.fixture
def console(tmp_path: Path) -> Console:
    return Console(tmp_path / "cấu hình")


def test_from_pairing_to_a_signed_document_at_the_terminal(
    computer: Computer, console: Console, cases: Callable[[int], list[Case]]
):
    (case,) = cases(1)
    desks = computer.desks
    code = agents.begin_pairing(desks.office, desks.person(LEADER), "Máy ở nhà")

    status, printed = console.run("pair", computer.origin, code)
    assert status == 0, printed
    kept = pairing.kept(console.folder)
    replace(computer, token=kept.token).choose(case)
    status, printed = console.run("run", "--once", "--module", MODULE, typed=["1", "ky", PIN])
    desks.work_off()

    assert status == 0, printed
    assert case.shown in printed
    assert case.row.subject in re.sub(r"\s+", " ", printed)
    assert "1 văn bản đã ký, 0 chưa ký" in printed
    assert PIN not in printed
    assert case.state is OutgoingState.AWAITING_NUMBER
    assert stat.S_IMODE((console.folder / "pairing.json").stat().st_mode) == 0o600


def test_a_withdrawn_computer_stops_by_itself(computer: Computer, console: Console):
    desks, person = computer.desks, computer.desks.person(LEADER)
    code = agents.begin_pairing(desks.office, person, "Máy bị mất")
    console.run("pair", computer.origin, code)
    lost = agents.caller(desks.office, pairing.kept(console.folder).token)

    agents.withdraw(desks.office, person, lost.agent_id)
    status, printed = console.run("run", "--module", MODULE)

    assert status == 1
    assert "đã bị gỡ" in printed


def test_a_wrong_code_pairs_nothing(computer: Computer, console: Console):
    status, printed = console.run("pair", computer.origin, "AAAA-AAAA")

    assert (status, (console.folder / "pairing.json").exists()) == (1, False)
    assert "Mã ghép không đúng" in printed


@pytest.mark.parametrize(
    "address",
    [
        "http://vanthu.example",
        "http://127.0.0.1.vanthu.example",
        "ftp://127.0.0.1",
        "vanthu.example",
        "https://",
        "https://ai@vanthu.example",
        "https://vanthu.example/duong-dan",
        "https://vanthu.example:99999",
        "",
    ],
)
def test_only_a_safe_address_is_paired_with(address: str):
    with pytest.raises(Refused) as error:
        pairing.safe_origin(address)

    assert error.value.code == "agent.unsafe_origin"


@pytest.mark.parametrize(
    ("typed", "origin"),
    [
        ("https://vanthu.example/", "https://vanthu.example"),
        ("https://VanThu.example:8443", "https://vanthu.example:8443"),
        ("http://127.0.0.1:8080", "http://127.0.0.1:8080"),
        ("http://[::1]:8080", "http://[::1]:8080"),
    ],
)
def test_an_address_is_kept_as_its_origin(typed: str, origin: str):
    assert pairing.safe_origin(typed) == origin


def test_a_server_that_sends_the_agent_elsewhere_gets_nothing_more(computer: Computer):
    app, elsewhere = Flask("chuyển hướng"), []
    target = Flask("nơi khác")

    @target.before_request
    def note() -> None:
        elsewhere.append(1)

    with serving(target) as other:
        app.add_url_rule("/<path:any>", "any", lambda any: redirect(f"{other}/{any}"))  # noqa: A006 - the rule's name
        with (
            serving(app) as address,
            Door(address, computer.token) as door,
            pytest.raises(Refused) as error,
        ):
            door.waiting()

    assert (error.value.code, elsewhere) == ("agent.other_origin", [])


def test_a_token_of_nobody_opens_nothing(computer: Computer):
    with Door(computer.origin, "x" * 43) as door, pytest.raises(Forbidden):
        door.waiting()


def test_while_the_server_is_away_the_agent_waits(computer: Computer):
    with Door("http://127.0.0.1:9", computer.token) as door, pytest.raises(Unavailable) as error:
        door.waiting()

    assert error.value.code == "agent.server_away"


@pytest.mark.parametrize(
    "answer",
    [
        b"",
        b"[]",
        b"{}",
        b'{"batch": {"documents": [{}]}, "certificates": [], "again_in": 1}',
        b'{"batch": 3, "certificates": [], "again_in": 1}',
    ],
)
def test_an_answer_of_another_form_is_no_answer(computer: Computer, answer: bytes):
    app = Flask("lạ")
    app.add_url_rule("/<path:any>", "any", lambda any: answer)  # noqa: A006, ARG005 - the rule's name

    with (
        serving(app) as address,
        Door(address, computer.token) as door,
        pytest.raises(Refused) as error,
    ):
        door.waiting()

    assert error.value.code == "agent.answer_broken"


@pytest.mark.parametrize("mode", [0o644, 0o660])
def test_a_pairing_that_others_may_read_is_not_used(tmp_path: Path, mode: int):
    Pairing("https://vanthu.example", "A", "a", "t").keep(tmp_path)
    (tmp_path / "pairing.json").chmod(mode)

    with pytest.raises(Refused) as error:
        pairing.kept(tmp_path)

    assert error.value.code == "agent.pairing_open"


@pytest.mark.parametrize(
    "text", ["", "[]", "{}", '{"origin":"http://x.vn","person":"","username":"","token":""}']
)
def test_a_broken_pairing_is_said_to_be_broken(tmp_path: Path, text: str):
    file = tmp_path / "pairing.json"
    file.touch(0o600)
    file.write_text(text)

    with pytest.raises(Refused) as error:
        pairing.kept(tmp_path)

    assert error.value.code in {"agent.pairing_broken", "agent.unsafe_origin"}


def test_the_token_of_the_pairing_does_not_show_when_it_is_printed():
    assert "bí mật" not in repr(Pairing("https://vanthu.example", "A", "a", "bí mật"))
