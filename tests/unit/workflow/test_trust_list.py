import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from uuid import UUID

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding
from sqlalchemy import delete, select, update
from sqlalchemy.exc import IntegrityError

from kernel.errors import Forbidden, MovedOn, Refused
from signing.trusting.trust import CertificateStatus, Trust, certificate_status
from tests.office import Desks
from tests.unit.signing.authority import DAY, NOW, Authority
from workflow.authorities import trust_list
from workflow.authorities.trust_alarms import alarms
from workflow.authorities.trust_folder import publish
from workflow.authorities.trust_list import EntryState, state_of
from workflow.authorities.trust_proposal import LARGEST, Proposal, entry_of
from workflow.models import JournalLine, Person, RevocationList, TrustEntry

FIRST, SECOND = "quantri", "snv.quantri"


@pytest.fixture
def desks(shared_desks: Desks) -> Iterator[Desks]:
    """The office of the folder, whose trust list is put back after each test."""
    desks = shared_desks
    began, desks.clock.now = desks.clock.now, NOW
    yield desks
    desks.clock.now = began
    with desks.office.act() as session:
        session.execute(delete(TrustEntry).where(TrustEntry.proposed_by_id.is_not(None)))
        session.execute(delete(RevocationList).where(RevocationList.address.contains("example")))
    publish(desks.office, desks.settings.trust_folder)


@pytest.fixture(scope="module")
def root() -> Authority:
    return Authority("Ban Cơ yếu thử")


@pytest.fixture(scope="module")
def issuing(root: Authority) -> Authority:
    return Authority("CA phục vụ thử", root)


def proposal(authority: Authority, **changes: object) -> Proposal:
    told = {
        "kind": "intermediate" if authority.issuer else "anchor",
        "scheme": "official_duty",
        "file": authority.own.der,
        "provenance": "Tải từ trang công bố ngày 23/11/2026",
        "cps": "https://ca.example/cps.pdf",
        "hosts": "crl.example ocsp.example:8080",
        "crl_address": "http://crl.example/ca.crl",
    }
    return Proposal(**(told | changes))  # type: ignore[arg-type] # each of its own type


def propose(desks: Desks, authority: Authority, by: str = FIRST, **changes: object) -> UUID:
    return trust_list.propose(
        desks.office, desks.person(by), proposal(authority, **changes), demo=False
    )


def trust(desks: Desks, authority: Authority) -> UUID:
    entry_id = propose(desks, authority)
    trust_list.confirm(desks.office, desks.person(SECOND), entry_id)
    return entry_id


def state(desks: Desks, entry_id: UUID) -> EntryState:
    with desks.office.sessions() as session:
        return state_of(session.get_one(TrustEntry, entry_id))


def told(desks: Desks, entry_id: UUID) -> list[tuple[str, str]]:
    with desks.office.sessions() as session:
        lines = session.scalars(
            select(JournalLine)
            .where(JournalLine.subject_id == entry_id)
            .order_by(JournalLine.at, JournalLine.agency_id, JournalLine.seq)
        )
        return [(line.action, line.actor_name) for line in lines]


def names(trust: Trust) -> set[str]:
    return {one.subject.native["common_name"] for one in trust.anchors}


def test_an_authority_is_trusted_once_a_second_administrator_agrees(
    desks: Desks, root: Authority
) -> None:
    folder = desks.settings.trust_folder

    entry_id = propose(desks, root)
    publish(desks.office, folder)
    assert state(desks, entry_id) is EntryState.PROPOSED
    assert root.name not in names(Trust.load(folder))

    trust_list.confirm(desks.office, desks.person(SECOND), entry_id)
    publish(desks.office, folder)
    assert state(desks, entry_id) is EntryState.IN_FORCE
    assert root.name in names(Trust.load(folder))
    assert sorted(told(desks, entry_id)) == [
        ("confirm_trust", name_of(desks, SECOND)),
        ("propose_trust", "Ngô Anh Tuấn"),
    ]


def name_of(desks: Desks, username: str) -> str:
    with desks.office.sessions() as session:
        return session.get_one(Person, desks.person(username)).full_name


def test_nobody_confirms_their_own_proposal(desks: Desks, root: Authority) -> None:
    entry_id = propose(desks, root)

    with pytest.raises(Refused) as refused:
        trust_list.confirm(desks.office, desks.person(FIRST), entry_id)

    assert refused.value.code == "trust.same_person"
    assert state(desks, entry_id) is EntryState.PROPOSED


def test_the_database_itself_asks_for_two_people(desks: Desks, root: Authority) -> None:
    entry_id = propose(desks, root)
    alone = {"confirmed_by_id": desks.person(FIRST), "confirmed_at": NOW}

    with pytest.raises(IntegrityError, match="added_by_two"), desks.office.act() as session:
        session.execute(update(TrustEntry).where(TrustEntry.id == entry_id).values(**alone))


@pytest.mark.parametrize("somebody", ["chutich", "vanthu", "chuyenvien"])
def test_only_administrators_decide_about_trust(
    desks: Desks, root: Authority, somebody: str
) -> None:
    entry_id = propose(desks, root)

    for act in (
        lambda: propose(desks, root, somebody),
        lambda: trust_list.confirm(desks.office, desks.person(somebody), entry_id),
        lambda: trust_list.refuse(desks.office, desks.person(somebody), entry_id, "không"),
    ):
        with pytest.raises(Forbidden) as refused:
            act()
        assert refused.value.code == "trust.not_administrator"


def test_a_proposal_turned_down_is_never_trusted(desks: Desks, root: Authority) -> None:
    entry_id = propose(desks, root)

    trust_list.refuse(desks.office, desks.person(SECOND), entry_id, "Mã băm không khớp")

    assert state(desks, entry_id) is EntryState.REFUSED
    with pytest.raises(MovedOn):
        trust_list.confirm(desks.office, desks.person(SECOND), entry_id)
    assert state(desks, propose(desks, root)) is EntryState.PROPOSED


def test_an_authority_stays_trusted_until_a_second_administrator_agrees_to_its_removal(
    desks: Desks, root: Authority
) -> None:
    folder = desks.settings.trust_folder
    entry_id = trust(desks, root)

    trust_list.propose_removal(desks.office, desks.person(SECOND), entry_id, "Khóa gốc bị lộ")
    publish(desks.office, folder)
    assert state(desks, entry_id) is EntryState.REMOVAL_PROPOSED
    assert root.name in names(Trust.load(folder))
    with pytest.raises(Refused) as refused:
        trust_list.confirm_removal(desks.office, desks.person(SECOND), entry_id)
    assert refused.value.code == "trust.same_person"

    trust_list.confirm_removal(desks.office, desks.person(FIRST), entry_id)
    publish(desks.office, folder)
    assert state(desks, entry_id) is EntryState.REMOVED
    assert root.name not in names(Trust.load(folder))


def test_a_removal_turned_down_leaves_everything_as_it_was(desks: Desks, root: Authority) -> None:
    entry_id = trust(desks, root)
    trust_list.propose_removal(desks.office, desks.person(FIRST), entry_id, "Nhầm")

    trust_list.keep(desks.office, desks.person(SECOND), entry_id)

    assert state(desks, entry_id) is EntryState.IN_FORCE
    assert ("keep_trust", name_of(desks, SECOND)) in told(desks, entry_id)


def test_an_authority_under_another_needs_that_one_first(
    desks: Desks, root: Authority, issuing: Authority
) -> None:
    entry_id = propose(desks, issuing)

    with pytest.raises(Refused) as refused:
        trust_list.confirm(desks.office, desks.person(SECOND), entry_id)
    assert refused.value.code == "trust.issuer_not_trusted"

    trust(desks, root)
    trust_list.confirm(desks.office, desks.person(SECOND), entry_id)
    assert state(desks, entry_id) is EntryState.IN_FORCE


def test_what_was_decided_counts_for_the_next_certificate(
    desks: Desks, root: Authority, issuing: Authority
) -> None:
    person = issuing.person()
    for authority in (root, issuing):
        trust(desks, authority)

    publish(desks.office, desks.settings.trust_folder)

    known = desks.office.trust()
    status = certificate_status(person.der, (), NOW, known)
    assert status is CertificateStatus.UNKNOWN  # trusted; no revocation list was fetched yet


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"file": b""}, "trust.file_missing"),
        ({"file": b"0" * (LARGEST + 1)}, "trust.file_too_large"),
        ({"file": b"chi la chu"}, "signing.unreadable_certificate"),
        ({"kind": "intermediate"}, "trust.root_is_anchor"),
        ({"kind": "leaf"}, "trust.kind_missing"),
        ({"scheme": ""}, "trust.scheme_missing"),
        ({"scheme": "test"}, "trust.no_test_authority"),
        ({"provenance": "  "}, "trust.provenance_missing"),
        ({"hosts": "crl.example http://x"}, "trust.host_not_understood"),
        ({"cps": "ca.example/cps.pdf"}, "trust.address_not_understood"),
        ({"crl_address": "ldap://crl.example/x"}, "trust.address_not_understood"),
        ({"crl_address": "http://khac.example/ca.crl"}, "trust.host_not_listed"),
    ],
)
def test_a_proposal_that_cannot_have_been_meant_is_refused(
    desks: Desks, root: Authority, changes: dict[str, object], code: str
) -> None:
    with pytest.raises(Refused) as refused:
        propose(desks, root, **changes)

    assert refused.value.code == code


def test_a_persons_certificate_does_not_come_onto_the_list(desks: Desks, root: Authority) -> None:
    with pytest.raises(Refused) as refused:
        propose(desks, root, file=root.person().der)

    assert refused.value.code == "trust.no_authority"


def test_a_link_of_a_chain_is_no_anchor(desks: Desks, issuing: Authority) -> None:
    with pytest.raises(Refused) as refused:
        propose(desks, issuing, kind="anchor")

    assert refused.value.code == "trust.anchor_is_root"


def test_a_bundle_is_proposed_one_by_one(desks: Desks, root: Authority, issuing: Authority) -> None:
    bundle = b"".join(one.own.certificate.public_bytes(Encoding.PEM) for one in (root, issuing))

    with pytest.raises(Refused) as refused:
        propose(desks, root, file=bundle)

    assert refused.value.code == "trust.many_certificates"


def test_a_pem_file_is_as_good_as_a_der_file(desks: Desks, root: Authority) -> None:
    pem = root.own.certificate.public_bytes(Encoding.PEM)

    entry_id = propose(desks, root, file=pem)

    with desks.office.sessions() as session:
        entry = session.get_one(TrustEntry, entry_id)
        assert entry.der == root.own.der
        assert entry.source_sha256 != entry.fingerprint
        assert x509.load_der_x509_certificate(entry.der) == root.own.certificate


def test_what_stands_on_the_list_is_not_proposed_again(desks: Desks, root: Authority) -> None:
    propose(desks, root)

    with pytest.raises(Refused) as refused:
        propose(desks, root, SECOND)

    assert refused.value.code == "trust.listed_already"


def test_of_two_who_propose_the_same_at_once_one_is_told(desks: Desks, root: Authority) -> None:
    """Both look before either has written; the second waits for the first and then hears of it."""
    with desks.office.sessions() as other, ThreadPoolExecutor(1) as somebody_else:
        entry = entry_of(proposal(root), demo=False)
        entry.proposed_by_id, entry.proposed_at = desks.person(SECOND), NOW
        other.add(entry)
        other.flush()
        proposed = somebody_else.submit(propose, desks, root)
        time.sleep(0.5)  # for the look that finds nothing yet
        other.commit()

        with pytest.raises(Refused) as refused:
            proposed.result(30)

    assert refused.value.code == "trust.listed_already"


def test_the_test_authorities_of_a_demonstration_are_on_its_list(desks: Desks) -> None:
    before = Trust.load(desks.settings.trust_folder)

    publish(desks.office, desks.settings.trust_folder)

    after = Trust.load(desks.settings.trust_folder)
    assert {one.dump() for one in after.anchors} == {one.dump() for one in before.anchors}
    assert {one.der for one in after.crls} == {one.der for one in before.crls}
    assert len(after.intermediates) == len(before.intermediates) == 1
    assert not publish(desks.office, desks.settings.trust_folder)


def test_a_file_that_nobody_decided_about_does_not_stay_in_the_folder(
    desks: Desks, root: Authority
) -> None:
    folder = desks.settings.trust_folder
    slipped_in = folder / "anchors" / "moi.pem"
    slipped_in.write_bytes(root.own.certificate.public_bytes(Encoding.PEM))
    assert root.name in names(Trust.load(folder))

    publish(desks.office, folder)

    assert not slipped_in.exists()
    assert root.name not in names(Trust.load(folder))


@pytest.mark.parametrize(
    ("left", "code"),
    [(91, None), (90, "ends_90"), (31, "ends_90"), (30, "ends_30"), (7, "ends_7"), (-2, "expired")],
)
def test_administrators_hear_in_time_that_an_authority_ends(
    desks: Desks, root: Authority, left: int, code: str | None
) -> None:
    entry_id = trust(desks, root)
    with desks.office.sessions() as session:
        ends = session.get_one(TrustEntry, entry_id).not_after
    desks.clock.now = ends - timedelta(days=left)

    with desks.office.sessions() as session:
        found = [alarm for alarm in alarms(session, desks.clock()) if alarm.name == root.name]

    about_its_end = [(alarm.code, alarm.left) for alarm in found if "list" not in alarm.code]
    expected = [(f"trust.alarm.{code}", left)] if code else []
    assert [one for one in about_its_end if "fetched" not in one[0]] == expected


def test_administrators_hear_of_lists_that_are_missing_or_overdue(
    desks: Desks, root: Authority
) -> None:
    trust(desks, root)
    address = "http://crl.example/ca.crl"

    def heard() -> list[str]:
        with desks.office.sessions() as session:
            found = alarms(session, desks.clock())
            return [alarm.code for alarm in found if alarm.name == root.name]

    assert heard() == ["trust.alarm.never_fetched"]
    with desks.office.act() as session:
        session.add(RevocationList(issuer=root.name, address=address, next_update=NOW + DAY))
    assert heard() == []
    desks.clock.now = NOW + 3 * DAY
    assert heard() == ["trust.alarm.list_overdue"]
