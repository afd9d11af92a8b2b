"""VGCA Sign Service brings files back: what is right is taken, everything else is told and left."""

from collections.abc import Callable, Iterator
from uuid import UUID

import httpx
import pytest
from sqlalchemy import select

from console.demonstration.load import PASSPHRASE
from documents.words import number_text
from tests.contract.servers.serving import served
from tests.contract.servers.vgca import Conduct, Token, VgcaService, bring
from tests.office import Desks
from tests.unit.workflow.way import Case, walk
from web.app import create
from workflow.models import Authorisation, Certificate, KeyKind, SigningKey
from workflow.models.outgoing import ArtifactKind
from workflow.outgoing import sealing_at_hand
from workflow.signatures import at_hand, signing_desk
from workflow.signatures.intents import Chosen
from workflow.states import OutgoingState

LEADER, CLERK = "phochutich", "vanthu"


@pytest.fixture(scope="module")
def address(shared_desks: Desks) -> Iterator[str]:
    settings = shared_desks.settings.model_copy(update={"demo": True, "redis_url": ""})
    with served(create(shared_desks.office, settings)) as address:
        yield address


@pytest.fixture(scope="module")
def person_key(shared_desks: Desks) -> UUID:
    return with_vgca(shared_desks, person_id=shared_desks.person(LEADER))


@pytest.fixture(scope="module")
def unsigned(shared_desks: Desks) -> Case:
    """A document that nobody succeeds in signing."""
    return walk(shared_desks, OutgoingState.AWAITING_SIGNATURE)


def with_vgca(desks: Desks, *, person_id: UUID | None = None, agency: str = "") -> UUID:
    """Put a registered certificate's key into a token behind VGCA Sign Service."""
    agency_id = desks.agency(agency) if agency else None
    with desks.office.act() as session:
        fingerprint = session.scalars(
            select(Certificate.fingerprint).where(
                Certificate.agency_id == agency_id
                if agency_id
                else Certificate.person_id == person_id
            )
        ).one()
        key = SigningKey(
            person_id=person_id,
            agency_id=agency_id,
            kind=KeyKind.VGCA,
            label="Token VGCA",
            reference={"fingerprint": fingerprint},
            registered_at=desks.clock(),
        )
        session.add(key)
        session.flush()
        return key.id


def program(desks: Desks) -> VgcaService:
    people = desks.settings.keys_folder / "people"
    return VgcaService(
        Token(people / f"{LEADER}.p12", PASSPHRASE), Token(people / "chutich.p12", PASSPHRASE)
    )


def sealing_program(desks: Desks) -> VgcaService:
    folder = desks.settings.keys_folder
    secret = (folder / "seal-passphrase").read_text(encoding="ascii").strip()
    seal = Token(folder / "seals" / "H13.p12", secret)
    if not seal.container.exists():
        seal = Token(next((folder / "seals").glob("*H13.p12")), secret)
    return VgcaService(seal, seal)


def offered(case: Case, key_id: UUID) -> UUID:
    chosen = [Chosen(case.id, case.seen, case.shown)]
    leader = case.desks.person(LEADER)
    return signing_desk.offer(case.desks.office, leader, chosen, key_id=key_id).id


def orders(desks: Desks, person: str, batch_id: UUID, address: str) -> list[dict[str, str]]:
    return [
        {
            "FileName": f"{address}/ky-so/nop/{ticket.words}/van-ban.pdf",
            "FileUploadHandler": f"{address}/ky-so/nop/{ticket.words}",
        }
        for ticket in at_hand.tickets(desks.office, desks.person(person), batch_id)
    ]


def results(desks: Desks, person: str, batch_id: UUID) -> list[tuple[str, str]]:
    with desks.office.sessions() as session:
        batch = at_hand.batch_of(session, desks.person(person), batch_id)
        return [
            (line.outcome, line.trouble) for line in at_hand.lines(desks.office, session, batch)
        ]


def test_a_leader_signs_with_a_token_and_the_file_is_checked_like_any_other(
    shared_desks: Desks, address: str, person_key: UUID
) -> None:
    case = walk(shared_desks, OutgoingState.AWAITING_SIGNATURE)
    shown, batch_id = case.shown, offered(case, person_key)
    (order,) = orders(shared_desks, LEADER, batch_id, address)

    told = program(shared_desks).work(order, Conduct.WELL)

    assert told is not None
    assert told["Status"] == 0
    assert results(shared_desks, LEADER, batch_id) == [("working", "")]
    shared_desks.work_off()
    assert results(shared_desks, LEADER, batch_id) == [("signed", "")]
    signed = next(a for a in case.row.artifacts if a.kind is ArtifactKind.SIGNED)
    store = shared_desks.office.artifacts
    assert store.get(signed.sha256).startswith(store.get(shown))
    assert signed.verdict["conclusion"] == "TOTAL_PASSED"
    assert case.state is OutgoingState.AWAITING_NUMBER


@pytest.mark.parametrize(
    ("conduct", "code"),
    [
        (Conduct.OTHER_FILE, "signing.other_bytes"),
        (Conduct.OTHER_CERTIFICATE, "signing.other_certificate"),
        (Conduct.SECOND_SIGNATURE, "signing.not_one_signature"),
        (Conduct.CHANGED_PAGE, "signing.result_not_valid"),
    ],
)
def test_what_was_not_asked_for_is_refused_with_its_reason_and_the_document_waits(
    shared_desks: Desks,
    address: str,
    person_key: UUID,
    unsigned: Case,
    *,
    conduct: Conduct,
    code: str,
) -> None:
    seen, batch_id = unsigned.seen, offered(unsigned, person_key)
    (order,) = orders(shared_desks, LEADER, batch_id, address)

    told = program(shared_desks).work(order, conduct)

    assert told is not None
    assert told["Status"] == 1
    assert results(shared_desks, LEADER, batch_id) == [("failed", code)]
    assert (unsigned.state, unsigned.seen) == (OutgoingState.AWAITING_SIGNATURE, seen)


def test_an_address_is_good_for_one_file(
    shared_desks: Desks, address: str, person_key: UUID
) -> None:
    case = walk(shared_desks, OutgoingState.AWAITING_SIGNATURE)
    (order,) = orders(shared_desks, LEADER, offered(case, person_key), address)
    program(shared_desks).work(order, Conduct.WELL)
    with shared_desks.office.sessions() as session:
        query = select(Authorisation.result).where(Authorisation.document_id == case.id)
        (first,) = session.scalars(query)

    again = bring(order["FileUploadHandler"], shared_desks.office.artifacts.get(first or ""))

    assert again["Status"] == 1
    assert "đã được dùng" in again["Message"]
    assert httpx.get(order["FileName"]).status_code == 422
    assert case.acts.count("sign") == 1


def test_a_program_that_brings_a_file_twice_or_to_a_used_address_signs_once(
    shared_desks: Desks, address: str, person_key: UUID, unsigned: Case
) -> None:
    case = walk(shared_desks, OutgoingState.AWAITING_SIGNATURE)
    service, first = program(shared_desks), offered(case, person_key)
    (order,) = orders(shared_desks, LEADER, first, address)

    service.work(order, Conduct.TWICE)
    second = offered(unsigned, person_key)
    (order,) = orders(shared_desks, LEADER, second, address)
    told = service.work(order, Conduct.USED_ADDRESS)

    assert told is not None
    assert told["Status"] == 1
    assert results(shared_desks, LEADER, second) == [("waiting", "")]
    assert unsigned.state is OutgoingState.AWAITING_SIGNATURE
    shared_desks.work_off()
    assert results(shared_desks, LEADER, first) == [("signed", "")]
    assert case.acts.count("sign") == 1


def test_a_new_address_kills_the_older_one(
    shared_desks: Desks, address: str, person_key: UUID, unsigned: Case
) -> None:
    batch_id = offered(unsigned, person_key)
    (old,) = orders(shared_desks, LEADER, batch_id, address)
    (new,) = orders(shared_desks, LEADER, batch_id, address)

    assert httpx.get(old["FileName"]).status_code == 404
    assert httpx.get(new["FileName"]).content == shared_desks.office.artifacts.get(unsigned.shown)


def test_an_address_ends_with_its_intent(
    shared_desks: Desks, address: str, person_key: UUID, unsigned: Case
) -> None:
    batch_id = offered(unsigned, person_key)
    (order,) = orders(shared_desks, LEADER, batch_id, address)

    shared_desks.clock.pass_by(minutes=15, seconds=1)

    assert httpx.get(order["FileName"]).status_code == 422
    assert results(shared_desks, LEADER, batch_id) == [("failed", "signing.intent_over")]
    assert orders(shared_desks, LEADER, batch_id, address) == []


def test_nobody_guesses_an_address_and_no_large_file_comes_in(
    shared_desks: Desks, address: str, person_key: UUID, unsigned: Case
) -> None:
    (order,) = orders(shared_desks, LEADER, offered(unsigned, person_key), address)
    files = {"file": ("a.pdf", b"%PDF" + bytes(6 * 1024 * 1024))}

    assert httpx.get(f"{address}/ky-so/nop/{'x' * 43}/van-ban.pdf").status_code == 404
    assert httpx.post(f"{address}/ky-so/nop/{'x' * 43}", files=files).status_code == 404
    assert "lớn hơn" in httpx.post(order["FileUploadHandler"], files=files).json()["Message"]
    assert httpx.post(order["FileUploadHandler"], data={"a": "b"}).json()["Status"] == 1
    assert httpx.get(order["FileName"]).status_code == 200


def test_the_address_is_never_in_the_log(
    address: str,
    person_key: UUID,
    unsigned: Case,
    capfd: pytest.CaptureFixture[str],
    caplog: pytest.LogCaptureFixture,
) -> None:
    """Our own log, wherever the process writes it; the server of this test has one of its own."""
    (order,) = orders(unsigned.desks, LEADER, offered(unsigned, person_key), address)
    capfd.readouterr()
    caplog.clear()

    with caplog.at_level("INFO", logger="web.security"):
        httpx.get(order["FileName"])

    kept = [record.getMessage() for record in caplog.records if record.name == "web.security"]
    ours = [line for line in "".join(capfd.readouterr()).splitlines() if "endpoint" in line] + kept
    assert any("ticket_door.fetch" in line for line in ours)
    assert order["FileUploadHandler"].rpartition("/")[2] not in "".join(ours)


def test_a_batch_that_is_offered_anew_replaces_the_one_before(
    shared_desks: Desks, address: str, person_key: UUID, unsigned: Case
) -> None:
    first = offered(unsigned, person_key)
    (order,) = orders(shared_desks, LEADER, first, address)

    offered(unsigned, person_key)

    assert results(shared_desks, LEADER, first) == [("failed", "signing.replaced")]
    assert httpx.get(order["FileName"]).status_code == 422


@pytest.fixture
def number_only(shared_desks: Desks) -> Callable[[Case, UUID], UUID]:
    def act(case: Case, key_id: UUID) -> UUID:
        office, clerk = shared_desks.office, shared_desks.person(CLERK)
        shown = next(a.sha256 for a in case.row.artifacts if a.kind is ArtifactKind.SIGNED)
        sealing_at_hand.number_only(office, clerk, case.id, case.seen, shown=shown, key_id=key_id)
        return sealing_at_hand.offer(office, clerk, case.id, shown=shown, key_id=key_id)

    return act


def test_a_clerk_seals_with_the_agencys_token_a_file_that_bears_its_number_already(
    shared_desks: Desks,
    address: str,
    person_key: UUID,
    number_only: Callable[[Case, UUID], UUID],
) -> None:
    case = walk(shared_desks, OutgoingState.AWAITING_SIGNATURE)
    (order,) = orders(shared_desks, LEADER, offered(case, person_key), address)
    program(shared_desks).work(order, Conduct.WELL)
    shared_desks.work_off()
    batch_id = number_only(case, with_vgca(shared_desks, agency="ubnd"))
    assert case.state is OutgoingState.AWAITING_SEAL
    (order,) = orders(shared_desks, CLERK, batch_id, address)

    told = sealing_program(shared_desks).work(order, Conduct.WELL)

    shared_desks.work_off()
    assert told is not None
    assert told["Status"] == 0, told
    assert results(shared_desks, CLERK, batch_id) == [("signed", "")]
    verdict = next(a for a in case.row.artifacts if a.kind is ArtifactKind.ISSUED).verdict
    assert verdict["values"]["CodeNumber"] == number_text(case.row.code_number or 0)
    assert [s["role"] for s in verdict["signatures"]] == ["signer", "agency"]
    assert case.state is OutgoingState.AWAITING_ISSUE


def test_the_seal_of_another_certificate_is_refused_and_the_number_stays(
    shared_desks: Desks,
    address: str,
    person_key: UUID,
    number_only: Callable[[Case, UUID], UUID],
) -> None:
    case = walk(shared_desks, OutgoingState.AWAITING_SIGNATURE)
    (order,) = orders(shared_desks, LEADER, offered(case, person_key), address)
    program(shared_desks).work(order, Conduct.WELL)
    shared_desks.work_off()
    batch_id = number_only(case, with_vgca(shared_desks, agency="ubnd"))
    number = case.row.code_number
    (order,) = orders(shared_desks, CLERK, batch_id, address)

    told = program(shared_desks).work(order, Conduct.WELL)

    assert told is not None
    assert told["Status"] == 1
    assert results(shared_desks, CLERK, batch_id) == [("failed", "signing.other_certificate")]
    assert (case.state, case.row.code_number) == (OutgoingState.AWAITING_SEAL, number)
    case.seal_again()
    shared_desks.work_off()
    assert case.state is OutgoingState.AWAITING_ISSUE, case.row.trouble
