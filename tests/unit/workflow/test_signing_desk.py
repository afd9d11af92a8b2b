"""The leader's desk: exactly the bytes shown, with a key and a certificate that may sign now."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path
from uuid import UUID

import pytest
from sqlalchemy import delete, select, update

from console.demonstration.load import PASSPHRASE
from console.demonstration.pki import PersonKey, Standing, create
from kernel.clock import local_day
from kernel.errors import Forbidden, NotFound, Refused, Unavailable
from signing.checking.verdict import Verdict
from signing.holding.keys import facts
from signing.making.fields import SIGNER_SIGNATURE
from signing.trusting.trust import Trust
from tests.office import Desks
from tests.unit.workflow.way import Case, Cast, begun, onward, walk
from wiring.checking import not_checked
from wiring.office import TrustFolder
from workflow.models import (
    Authorisation,
    Certificate,
    Delegation,
    DocumentVersion,
    Holding,
    Purpose,
    SigningKey,
)
from workflow.models.outgoing import ArtifactKind
from workflow.office import Desk
from workflow.signatures import certificates, intents, signing_desk
from workflow.signatures.intents import Chosen
from workflow.states import OutgoingState


@pytest.fixture
def case(shared_desks: Desks) -> Case:
    return walk(shared_desks, OutgoingState.AWAITING_SIGNATURE)


@pytest.fixture(scope="module")
def unsigned(shared_desks: Desks) -> Case:
    """A document that nobody succeeds in signing."""
    shared_desks.bells.clear()
    return walk(shared_desks, OutgoingState.AWAITING_SIGNATURE)


def refusal_of(act, **named) -> str:
    with pytest.raises(Refused) as refused:
        act(**named)
    return refused.value.code


def authorisations(case: Case) -> list[Authorisation]:
    with case.desks.office.sessions() as session:
        query = select(Authorisation).where(
            Authorisation.document_id == case.id, Authorisation.void_at.is_(None)
        )
        return list(session.scalars(query.order_by(Authorisation.given_at)))


def opened(case: Case) -> int:
    return len(case.desks.office.desk.cabinet._opened)  # noqa: SLF001 - no door shows open keys


def test_a_signature_is_made_on_the_bytes_shown_and_checked(case: Case):
    shown = case.shown
    case.desks.clock.pass_by(seconds=1)

    onward(case, OutgoingState.AWAITING_NUMBER)

    presented, signed = case.row.artifacts
    store = case.desks.office.artifacts
    assert (presented.sha256, signed.kind) == (shown, ArtifactKind.SIGNED)
    assert store.get(signed.sha256).startswith(store.get(shown))
    assert signed.verdict["conclusion"] == "TOTAL_PASSED"
    assert opened(case) == 0


def test_a_signature_that_could_not_be_checked_is_not_called_signed(case: Case):
    office = case.desks.office

    def cut_off(pdf: bytes, *, trust: Trust, at: datetime, expected=()) -> Verdict:
        del pdf, expected
        return not_checked("checker_died", trust, at)

    case.desks.office = replace(office, check=cut_off)

    case.sign()
    case.desks.work_off()
    case.desks.office = office

    assert case.state is OutgoingState.APPROVED
    assert case.row.trouble == "signing.result_not_valid"


@pytest.mark.parametrize("shown", ["0" * 64, ""])
def test_bytes_other_than_those_shown_are_not_signed(unsigned: Case, shown: str):
    seen = unsigned.seen

    assert refusal_of(unsigned.sign, shown=shown or "x") == "signing.bytes_differ"

    assert (unsigned.state, unsigned.seen) == (OutgoingState.AWAITING_SIGNATURE, seen)
    assert authorisations(unsigned) == []


def test_the_bytes_of_an_earlier_version_are_not_signed(case: Case):
    old = case.shown
    case.withdraw()
    onward(case, OutgoingState.CONTENT_REVIEW)
    case.edit("truongphong", subject="phê duyệt Kế hoạch khác")
    case.desks.work_off()
    case.approve_content(by="phophong")
    case.approve_form()

    assert refusal_of(case.sign, shown=old) == "signing.bytes_differ"


@pytest.mark.parametrize("secret", ["", "sai", PASSPHRASE.upper(), "x" * 10_000, "mật khẩu"])
def test_a_wrong_passphrase_leaves_the_document_as_it_was(unsigned: Case, secret: str):
    seen, acts = unsigned.seen, unsigned.acts

    assert refusal_of(unsigned.sign, secret=secret) == "signing.wrong_passphrase"

    assert (unsigned.state, unsigned.seen, unsigned.acts) == (
        OutgoingState.AWAITING_SIGNATURE,
        seen,
        acts,
    )
    assert (authorisations(unsigned), opened(unsigned)) == ([], 0)


@pytest.mark.parametrize("person", ["chutich", "truongphong", "kiemtra", "chuyenvien"])
def test_nobody_signs_in_the_place_of_the_chosen_leader(unsigned: Case, person: str):
    with pytest.raises((Forbidden, NotFound)):
        unsigned.sign(by=person)

    assert unsigned.state is OutgoingState.AWAITING_SIGNATURE


def test_a_leader_without_a_key_is_told_so(unsigned: Case, shared_desks: Desks):
    leader = shared_desks.person("phochutich")
    with changed(shared_desks, leader, container=None):
        assert refusal_of(unsigned.sign) == "signing.no_key"
    with changed(shared_desks, leader, container="khong-co"):
        assert refusal_of(unsigned.sign) == "signing.no_key"
    with changed(shared_desks, leader, container="../seals/H13"):
        assert refusal_of(unsigned.sign) == "signing.no_key"


def test_the_key_of_another_leader_is_not_accepted(unsigned: Case, shared_desks: Desks):
    with changed(shared_desks, shared_desks.person("phochutich"), container="chutich"):
        assert refusal_of(unsigned.sign) == "signing.certificate_not_registered"

    assert (authorisations(unsigned), opened(unsigned)) == ([], 0)


@dataclass(frozen=True)
class changed:  # noqa: N801 - it reads as a word of the sentence
    """Put another container under a person's key, or withdraw the key, until the block ends."""

    desks: Desks
    person_id: UUID
    container: str | None

    def __enter__(self) -> None:
        self._write(self.container)

    def __exit__(self, *_: object) -> None:
        self._write("phochutich")

    def _write(self, container: str | None) -> None:
        with self.desks.office.act() as session:
            key = session.scalars(
                select(SigningKey).where(SigningKey.person_id == self.person_id)
            ).one()
            key.withdrawn_at = None if container else self.desks.clock()
            key.reference = {"container": container or "phochutich"}


@pytest.fixture(scope="module")
def worn_out(shared_desks: Desks, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desks]:
    """The deputy chairwoman's registered keys: one expired, one revoked, one of nobody's trust."""
    folder = tmp_path_factory.mktemp("khóa cũ")
    people = [
        PersonKey("het-han", "Trần Thị Ngọc Hạnh", Standing.EXPIRED),
        PersonKey("thu-hoi", "Trần Thị Ngọc Hạnh", Standing.REVOKED),
        PersonKey("la", "Trần Thị Ngọc Hạnh"),
    ]
    issued = create(
        folder / "ca", folder / "k", folder / "trust", people, [], "http://127.0.0.1:9", PASSPHRASE
    )
    for key in people:
        container = folder / "k" / "people" / f"{key.key_id}.p12"
        (shared_desks.settings.keys_folder / "people" / container.name).write_bytes(
            container.read_bytes()
        )
        register(shared_desks, issued.people[key.key_id])
    yield replace(
        shared_desks, office=replace(shared_desks.office, trust=TrustFolder(folder / "trust"))
    )
    with shared_desks.office.act() as session:
        prints = [facts(der).fingerprint for der in issued.people.values()]
        session.execute(delete(Certificate).where(Certificate.fingerprint.in_(prints)))


def register(desks: Desks, der: bytes) -> None:
    with desks.office.act() as session:
        session.add(certificates.entry(der, desks.clock(), person_id=desks.person("phochutich")))


@pytest.mark.parametrize(
    ("key_id", "code"),
    [
        ("het-han", "signing.certificate_expired"),
        ("thu-hoi", "signing.certificate_revoked"),
        ("phochutich", "signing.certificate_untrusted"),
    ],
)
def test_a_certificate_that_may_not_sign_now_is_refused_before_anything_is_written(
    unsigned: Case, worn_out: Desks, key_id: str, code: str
):
    """Under the other authority's trust list the province's own certificate is a stranger's."""
    at_worn_out = replace(unsigned, desks=worn_out)
    seen = unsigned.seen

    with changed(worn_out, worn_out.person("phochutich"), key_id):
        assert refusal_of(at_worn_out.sign) == code

    assert (unsigned.state, unsigned.seen) == (OutgoingState.AWAITING_SIGNATURE, seen)
    assert (authorisations(unsigned), opened(unsigned)) == ([], 0)


def test_a_certificate_whose_revocation_nobody_knows_signs_and_the_verdict_says_so(
    case: Case, shared_desks: Desks, tmp_path: Path
):
    """The revocation list's own time is over; signing goes on."""
    office = replace(shared_desks.office, trust=TrustFolder(without_lists(shared_desks, tmp_path)))
    at_office = replace(case, desks=replace(shared_desks, office=office))

    onward(at_office, OutgoingState.AWAITING_NUMBER)

    signed = case.row.artifacts[-1]
    assert signed.verdict["conclusion"] == "INDETERMINATE"


def without_lists(desks: Desks, folder: Path) -> Path:
    for kind in ("anchors", "intermediates"):
        (folder / kind).mkdir()
        for file in (desks.settings.trust_folder / kind).iterdir():
            (folder / kind / file.name).write_bytes(file.read_bytes())
    return folder


def test_a_signing_process_that_was_killed_asks_for_the_passphrase_again(case: Case):
    case.sign()
    assert case.state is OutgoingState.SIGNING
    case.desks.office.desk.cabinet._opened.clear()  # noqa: SLF001 - a killed process forgets

    case.desks.work_off()

    assert (case.state, case.row.trouble) == (OutgoingState.APPROVED, "signing.key_gone")
    case.desks.clock.pass_by(seconds=1)
    onward(case, OutgoingState.AWAITING_NUMBER)
    assert case.row.trouble is None


def test_an_opened_key_is_good_for_five_minutes_only(case: Case):
    case.sign()
    case.desks.clock.pass_by(minutes=5, seconds=1)

    case.desks.work_off()

    assert case.row.trouble == "signing.key_gone"
    assert (case.state, opened(case)) == (OutgoingState.APPROVED, 0)


def test_keys_that_were_opened_and_never_used_are_dropped_by_the_next_one(
    unsigned: Case, shared_desks: Desks
):
    desk, leader = shared_desks.office.desk, shared_desks.person("phochutich")
    chosen = [Chosen(unsigned.id, unsigned.seen, unsigned.shown)]
    forgotten = intents.give(shared_desks.office, leader, chosen, None)
    desk.open(forgotten.id, PASSPHRASE)
    shared_desks.clock.pass_by(minutes=5, seconds=1)
    used = intents.give(shared_desks.office, leader, chosen, None)

    desk.open(used.id, PASSPHRASE)

    assert desk.cabinet.opened(forgotten.id) is None
    assert desk.cabinet.opened(used.id) is not None
    desk.forget(used.id)
    assert desk.cabinet.opened(used.id) is None
    for batch in (forgotten, used):
        intents.call_off(shared_desks.office, [*batch.given.values()], "signing.key_gone")


@dataclass(frozen=True)
class Away:
    """A signing process that cannot be reached for its signature."""

    real: Desk

    def open(self, batch_id: UUID, secret: str) -> bytes:
        return self.real.open(batch_id, secret)

    def forget(self, batch_id: UUID) -> None:
        self.real.forget(batch_id)

    def seal_certificate(self, key: str) -> bytes:
        return self.real.seal_certificate(key)

    def apply(self, _: UUID) -> str:
        raise Unavailable("signing.process_unavailable")


def test_a_signing_process_that_is_away_is_waited_for_while_the_key_could_live(case: Case):
    office = case.desks.office
    away = replace(office, desk=Away(office.desk))
    case.sign()

    with pytest.raises(Unavailable):
        signing_desk.finish(away, case.id)
    assert case.state is OutgoingState.SIGNING
    case.desks.clock.pass_by(minutes=6)
    signing_desk.finish(away, case.id)

    assert case.row.trouble == "signing.key_gone"
    assert case.state is OutgoingState.APPROVED


def test_an_authorisation_makes_one_signature_however_often_it_is_asked(case: Case):
    case.sign()
    (given,) = authorisations(case)
    desk = case.desks.office.desk

    first = desk.apply(given.id)

    assert desk.apply(given.id) == first
    case.desks.work_off()
    assert case.row.artifacts[-1].sha256 == first


def test_an_authorisation_that_nobody_gave_signs_nothing(unsigned: Case, shared_desks: Desks):
    with pytest.raises(Refused) as refusal:
        shared_desks.office.desk.apply(unsigned.id)

    assert refusal.value.code == "signing.not_authorised"


def test_an_authorisation_tells_bytes_field_person_and_post(case: Case, shared_desks: Desks):
    shown = case.shown
    case.sign()

    (given,) = authorisations(case)

    assert (given.sha256, given.field) == (shown, SIGNER_SIGNATURE)
    assert given.person_id == shared_desks.person("phochutich")
    assert given.facts == {"post_title": "Phó Chủ tịch", "location": "Cần Thơ"}
    assert given.expires_at - given.given_at == timedelta(minutes=5)


def test_a_signed_page_cannot_be_signed_again(case: Case):
    case.sign()
    seen = case.seen

    assert refusal_of(case.sign, seen=seen) == "signing.bytes_differ"


def test_a_leader_who_gives_up_the_post_signs_no_more(unsigned: Case, shared_desks: Desks):
    today = local_day(shared_desks.clock())
    post = shared_desks.post("ubnd.pho-chu-tich-vx")
    end = update(Holding).where(Holding.post_id == post)
    with shared_desks.office.act() as session:
        session.execute(end.values(valid_to=today - timedelta(days=1)))

    try:
        with pytest.raises(NotFound):
            unsigned.sign()
        assert unsigned.state is OutgoingState.AWAITING_SIGNATURE
    finally:
        with shared_desks.office.act() as session:
            session.execute(end.values(valid_to=None))


DEPUTY_CHIEF = Cast("chuyenvien", "truongphong", "kiemtra", "snv.giamdoc", "vanthu")


@pytest.fixture
def paper(shared_desks: Desks) -> Iterator:
    """Change the written delegation for a post until the test ends."""
    kept: list[tuple[UUID, object]] = []

    def put(post: str, **values: object) -> None:
        with shared_desks.office.act() as session:
            row = session.scalars(
                select(Delegation).where(
                    Delegation.post_id == shared_desks.post(post),
                    Delegation.agency_id == shared_desks.agency("ubnd"),
                )
            ).one()
            for name, value in values.items():
                kept.append((row.id, {name: getattr(row, name)}))
                setattr(row, name, value)

    yield put
    with shared_desks.office.act() as session:
        for row_id, values in reversed(kept):
            session.execute(update(Delegation).where(Delegation.id == row_id).values(values))


def test_under_a_delegation_a_director_signs_for_the_city_with_the_citys_seal(
    shared_desks: Desks,
):
    case = begun(shared_desks, DEPUTY_CHIEF, "snv.giam-doc", "TUQ.")

    onward(case, OutgoingState.AWAITING_ISSUE)

    with shared_desks.office.sessions() as session:
        version = session.get_one(DocumentVersion, case.row.current_version_id)
    leaders_key = intents.key_of(session, shared_desks.person("snv.giamdoc"), None)
    keys = {given.purpose: given.key for given in authorisations(case)}
    assert version.content["signature"]["competence_lines"][0] == "TUQ. CHỦ TỊCH"
    assert keys == {Purpose.APPROVE: f"people/{leaders_key.id}", Purpose.SEAL: "seals/H13"}
    assert case.row.artifacts[-1].verdict["conclusion"] == "TOTAL_PASSED"


@pytest.mark.parametrize("name", ["begin", "submit"])
def test_a_delegation_that_ended_lets_nobody_sign_for_the_city(
    shared_desks: Desks, paper, name: str
):
    today = local_day(shared_desks.clock())
    if name == "begin":
        paper("snv.giam-doc", valid_to=today - timedelta(days=1))
        refused = refusal_of(
            begun,
            desks=shared_desks,
            cast=DEPUTY_CHIEF,
            signer_post="snv.giam-doc",
            competence="TUQ.",
        )
        assert refused == "draft.signer_not_of_agency"
    else:
        case = begun(shared_desks, DEPUTY_CHIEF, "snv.giam-doc", "TUQ.")
        paper("snv.giam-doc", valid_to=today - timedelta(days=1))
        assert refusal_of(case.submit) == "draft.no_delegation"


def test_a_delegation_is_asked_for_again_at_the_moment_of_signing(shared_desks: Desks, paper):
    case = begun(shared_desks, DEPUTY_CHIEF, "snv.giam-doc", "TUQ.")
    onward(case, OutgoingState.AWAITING_SIGNATURE)
    today = local_day(shared_desks.clock())

    paper("snv.giam-doc", valid_to=today - timedelta(days=1))
    assert refusal_of(case.sign) == "draft.no_delegation"
    paper("snv.giam-doc", valid_to=None, valid_from=today + timedelta(days=1))
    assert refusal_of(case.sign) == "draft.no_delegation"

    assert (case.state, authorisations(case)) == (OutgoingState.AWAITING_SIGNATURE, [])
    paper("snv.giam-doc", valid_from=today, valid_to=today)
    onward(case, OutgoingState.AWAITING_NUMBER)


def test_a_director_signs_for_the_city_only_in_the_way_that_was_delegated(shared_desks: Desks):
    case = begun(shared_desks, DEPUTY_CHIEF, "snv.giam-doc", "")

    assert refusal_of(case.submit) == "draft.no_delegation"


def test_who_signs_by_order_needs_the_written_rules_as_well(shared_desks: Desks, paper):
    case = walk(shared_desks, OutgoingState.DRAFT, "survey-letter")
    paper("ubnd.chanh-van-phong", competence="TL.KT.")

    assert refusal_of(case.submit) == "draft.no_delegation"
