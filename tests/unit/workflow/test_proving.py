"""Proof that lasts: made beside the work, whatever the authority does, and never in its way."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import timedelta
from itertools import pairwise
from uuid import UUID

import pytest
from sqlalchemy import func, select, text

from kernel.clock import local_day
from kernel.errors import Forbidden, NotFound, Refused, Unavailable
from signing.checking.verdict import Level
from signing.lasting.levels import level_of
from signing.lasting.timestamps import HastyAuthority
from tests.authority import LocalAuthority
from tests.founding import Founded
from tests.office import Desks
from tests.unit.signing.desk import typeset
from tests.unit.workflow.conftest import SIGNERS, stretch_less
from tests.unit.workflow.way import Case, onward, walk
from workflow.exchanging.packets import document_packet
from workflow.models import Document, Enclosure, Evidence, Proof
from workflow.models.outgoing import ArtifactKind
from workflow.office import Lasting
from workflow.outgoing import drafting, sealing
from workflow.signatures import evidence, proving
from workflow.states import OutgoingState
from workflow.views import reading

AFTER_THE_NEXT_LIST = timedelta(days=31)


@dataclass
class Moody:
    """An authority that answers as long as it is in the mood."""

    honest: LocalAuthority | None
    trouble: str = ""
    asked: int = 0

    def stamp(self, digest: bytes) -> bytes:
        self.asked += 1
        if self.trouble:
            raise Unavailable(self.trouble)
        return self.honest.stamp(digest)


@dataclass
class Archive:
    """An office whose issued documents get a lasting proof."""

    desks: Desks
    authority: Moody
    paused: list[float] = field(default_factory=list)

    def proof(self, case: Case) -> Proof:
        with self.desks.office.sessions() as session:
            return session.scalars(select(Proof).where(Proof.document_id == case.id)).one()

    def step(self, case: Case) -> Proof:
        proving.prove(self.desks.office, self.proof(case).id, self.paused.append)
        self.desks.bells.clear()
        return self.proof(case)

    def file(self, case: Case) -> bytes:
        return self.desks.office.artifacts.get(self.proof(case).sha256)

    def issued(self, case: Case) -> bytes:
        (made,) = [a.sha256 for a in case.row.artifacts if a.kind is ArtifactKind.ISSUED]
        return self.desks.office.artifacts.get(made)

    def publish_lists(self) -> None:
        """The authority's next lists come out, and somebody fetched them."""
        for place, one in zip(("root", "issuing"), self.authority.honest.lists().crls, strict=True):
            (self.desks.settings.trust_folder / "crls" / f"{place}.crl").write_bytes(one.dump())

    def finish(self, case: Case) -> Proof:
        """Everything answers and the lists come out."""
        self.step(case)
        self.desks.clock.now += AFTER_THE_NEXT_LIST
        self.publish_lists()
        self.step(case)
        return self.step(case)


@pytest.fixture(scope="module")
def own_desks(founded: Founded, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desks]:
    """An office of this module's own, because its lists and its clock run far ahead."""
    with founded.copy(tmp_path_factory.mktemp("lưu trữ")) as desks:
        for signer in SIGNERS:
            stretch_less(desks.settings.keys_folder / "people" / f"{signer}.p12")
        yield desks


@pytest.fixture
def archive(own_desks: Desks) -> Iterator[Archive]:
    lists = own_desks.settings.trust_folder / "crls"
    now, before = own_desks.clock.now, {file: file.read_bytes() for file in lists.iterdir()}
    honest = LocalAuthority(
        own_desks.settings.var / "pki", own_desks.office.trust(), own_desks.clock
    )
    yield equipped(own_desks, Lasting(authority=Moody(honest)))
    own_desks.clock.now = now
    own_desks.bells.clear()
    for file, content in before.items():
        file.write_bytes(content)


def equipped(desks: Desks, lasting: Lasting) -> Archive:
    assert isinstance(lasting.authority, Moody)
    office = replace(desks.office, lasting=lasting)
    return Archive(replace(desks, office=office), lasting.authority)


def without_authority(archive: Archive) -> Archive:
    nobody = replace(archive.desks.office, lasting=Lasting())
    return replace(archive, desks=replace(archive.desks, office=nobody))


@pytest.fixture
def sealed(archive: Archive) -> Case:
    """A document just sealed, its proof not yet looked at."""
    return just_sealed(archive)


def just_sealed(archive: Archive) -> Case:
    case = walk(archive.desks, OutgoingState.SEALING)
    archive.desks.bells.clear()
    sealing.finish(archive.desks.office, case.id)
    return case


def test_sealing_rings_for_the_proof_and_goes_on_without_it(archive: Archive, sealed: Case) -> None:
    proof = archive.proof(sealed)

    assert sealed.state is OutgoingState.AWAITING_ISSUE
    assert archive.desks.bells == [("worker.tasks.prove", str(proof.id))]
    assert (proof.level, proof.wanted, proof.trouble) == ("B-B", "B-LTA", None)
    assert archive.file(sealed) == archive.issued(sealed)


def test_a_proof_grows_step_by_step_to_the_archives_level(archive: Archive, sealed: Case) -> None:
    files, levels, troubles = [archive.file(sealed)], [], []
    for _ in range(4):
        proof = archive.step(sealed)
        levels.append(proof.level)
        troubles.append(proof.trouble)
        files.append(archive.file(sealed))
        if proof.trouble:
            archive.desks.clock.now += AFTER_THE_NEXT_LIST
            archive.publish_lists()

    assert levels == ["B-T", "B-T", "B-LT", "B-LTA"]
    assert troubles == [None, "proof.revocation_not_yet", None, None]
    assert all(after.startswith(before) for before, after in pairwise(files))
    assert [level_of(file) for file in files[1:]] == [Level(level) for level in levels]
    assert sealed.acts.count("prove") == 3
    assert sealed.state is OutgoingState.AWAITING_ISSUE


def test_whose_word_is_missing_is_noted_with_the_next_attempt(
    archive: Archive, sealed: Case
) -> None:
    archive.step(sealed)

    proof = archive.step(sealed)

    assert proof.trouble == "proof.revocation_not_yet"
    assert proof.about == "Trần Thị Ngọc Hạnh"
    assert proof.next_attempt_at == archive.desks.clock() + proving.LADDER[0]


def test_a_finished_proof_rests_until_half_a_year_before_it_ends_and_is_then_renewed(
    archive: Archive, sealed: Case
) -> None:
    finished = archive.finish(sealed)
    assert finished.expires_at is not None
    assert finished.next_attempt_at == finished.expires_at - timedelta(days=180)
    before = archive.file(sealed)

    assert archive.step(sealed).sha256 == finished.sha256  # it is not time yet
    archive.desks.clock.now = finished.next_attempt_at
    archive.publish_lists()
    renewed = archive.step(sealed)

    assert renewed.level == "B-LTA"
    assert renewed.sha256 != finished.sha256
    assert archive.file(sealed).startswith(before)
    assert renewed.next_attempt_at == archive.desks.clock() + timedelta(days=30)


@pytest.mark.parametrize(
    "trouble", ["proof.authority_silent", "proof.stamp_refused", "proof.stamp_replayed"]
)
def test_a_bad_authority_is_asked_three_times_then_later_and_the_document_moves_on(
    archive: Archive, sealed: Case, trouble: str
) -> None:
    archive.authority.trouble = trouble

    proof = archive.step(sealed)

    assert (proof.level, proof.trouble) == ("B-B", trouble)
    assert (archive.authority.asked, archive.paused) == (3, [0.0, 2.0, 4.0])
    assert proof.next_attempt_at == archive.desks.clock() + timedelta(minutes=5)
    onward(sealed, OutgoingState.ISSUED)
    archive.authority.trouble = ""
    archive.desks.clock.pass_by(minutes=5)
    assert archive.step(sealed).level == "B-T"
    assert archive.proof(sealed).trouble is None


def test_each_failed_attempt_waits_longer_and_none_is_the_last(
    archive: Archive, sealed: Case
) -> None:
    archive.authority.trouble = "proof.authority_silent"
    waits = []
    for _ in range(7):
        proof = archive.step(sealed)
        assert proof.next_attempt_at is not None
        waits.append(proof.next_attempt_at - archive.desks.clock())
        archive.desks.clock.now = proof.next_attempt_at

    assert waits == [*proving.LADDER, proving.LADDER[-1], proving.LADDER[-1]]


def test_what_nobody_foresaw_is_shown_and_tried_again_later(archive: Archive, sealed: Case) -> None:
    broken = equipped(archive.desks, Lasting(authority=Moody(None)))

    proof = broken.step(sealed)

    assert (proof.level, proof.trouble) == ("B-B", "proof.failed")
    assert proof.next_attempt_at == archive.desks.clock() + proving.LADDER[0]


def test_nothing_is_asked_before_its_time(archive: Archive, sealed: Case) -> None:
    archive.authority.trouble = "proof.authority_silent"
    archive.step(sealed)
    asked = archive.authority.asked

    archive.step(sealed)

    assert archive.authority.asked == asked


def test_where_no_authority_is_set_up_the_page_says_so_until_there_is_one(
    archive: Archive, sealed: Case
) -> None:
    proof = without_authority(archive).step(sealed)
    assert (proof.trouble, proof.next_attempt_at) == ("proof.no_authority", None)
    proving.ring_due(without_authority(archive).desks.office)
    assert ("worker.tasks.prove", str(proof.id)) not in archive.desks.bells

    proving.ring_due(archive.desks.office)

    assert ("worker.tasks.prove", str(proof.id)) in archive.desks.bells
    assert archive.step(sealed).level == "B-T"


def test_a_step_whose_worker_died_is_taken_by_another_after_a_while(
    archive: Archive, sealed: Case
) -> None:
    class Killed(BaseException):
        """The worker."""

    def killed(_seconds: float) -> None:
        raise Killed

    with pytest.raises(Killed):
        proving.prove(archive.desks.office, archive.proof(sealed).id, killed)
    assert archive.step(sealed).level == "B-B"  # might still be at work

    archive.desks.clock.pass_by(minutes=20)

    assert archive.step(sealed).level == "B-T"


def test_the_authority_is_asked_by_four_at_once_at_most(archive: Archive, sealed: Case) -> None:
    office = archive.desks.office
    with office.sessions() as others:
        for number in range(4):
            assert others.scalar(select(func.pg_try_advisory_lock(0x545341, number)))

        proof = archive.step(sealed)

        assert (proof.trouble, proof.attempts, archive.authority.asked) == ("proof.busy", 0, 0)
        assert proof.next_attempt_at == office.clock() + timedelta(minutes=1)
        others.scalar(select(func.pg_advisory_unlock(0x545341, 2)))
        archive.desks.clock.pass_by(minutes=1)
        assert archive.step(sealed).level == "B-T"


def test_no_transaction_is_open_while_the_authority_takes_its_time(
    archive: Archive, sealed: Case
) -> None:
    seen = []

    def look(_seconds: float) -> None:
        with archive.desks.office.sessions() as session:
            open_ones = text(
                "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database()"
                " AND state LIKE 'idle in transaction%'"
            )
            seen.append(session.scalar(open_ones))

    proving.prove(archive.desks.office, archive.proof(sealed).id, look)

    assert seen == [0]


def test_the_best_file_is_shown_and_sent(archive: Archive, sealed: Case) -> None:
    archive.step(sealed)
    office, best = archive.desks.office, archive.proof(sealed).sha256
    with office.sessions() as session:
        document = session.get_one(Document, sealed.id)
        shown = reading.latest_bytes(document)
        packet = document_packet(office, session, document, document.deliveries[0])

        assert shown is not None
        assert (shown.kind, shown.sha256) == (ArtifactKind.ISSUED, best)
        assert reading.bytes_named(document, best).sha256 == best
        assert packet.attachments[0].data == archive.file(sealed)


def test_a_stamp_that_comes_at_once_stands_inside_both_signatures(archive: Archive) -> None:
    moody = archive.authority
    quick = equipped(archive.desks, Lasting(authority=moody, hasty=moody))

    case = just_sealed(quick)

    assert level_of(quick.issued(case)) is Level.B_T
    assert case.row.artifacts[-1].verdict["conclusion"] == "TOTAL_PASSED"
    assert quick.step(case).trouble == "proof.revocation_not_yet"


def test_an_annex_gets_its_stamp_with_its_seal(archive: Archive) -> None:
    moody = archive.authority
    quick = equipped(archive.desks, Lasting(authority=moody, hasty=moody))
    case = walk(quick.desks, OutgoingState.DRAFT)
    drafter = quick.desks.person(case.cast.drafter)
    page = typeset()
    drafting.attach(quick.desks.office, drafter, case.id, Enclosure, name="Phụ lục.pdf", data=page)
    onward(case, OutgoingState.SEALING)
    quick.desks.bells.clear()

    sealing.finish(quick.desks.office, case.id)

    with quick.desks.office.sessions() as session:
        annex = session.scalars(select(Enclosure).where(Enclosure.document_id == case.id)).one()
    assert level_of(quick.desks.office.artifacts.get(annex.sealed)) is Level.B_T


def test_nobody_waits_for_an_authority_that_is_away(archive: Archive) -> None:
    moody = archive.authority
    moody.trouble = "proof.authority_silent"
    hasty = HastyAuthority(moody, archive.desks.clock)
    slow = equipped(archive.desks, Lasting(authority=moody, hasty=hasty))

    case = just_sealed(slow)

    assert level_of(slow.issued(case)) is Level.B_B
    assert moody.asked == 1  # the seal did not even ask


def test_what_the_proof_rests_on_is_kept_apart_once_each(archive: Archive, sealed: Case) -> None:
    archive.finish(sealed)

    with archive.desks.office.sessions() as session:
        kept = evidence.of_document(session, sealed.id)

    kinds = Counter(piece.kind for piece in kept)
    assert kinds == {"certificate": 5, "crl": 4, "timestamp": 2}
    assert {piece.name for piece in kept} >= {
        "Trần Thị Ngọc Hạnh",
        "Ủy ban nhân dân thành phố Cần Thơ",
    }
    for piece in kept:
        assert archive.desks.office.artifacts.get(piece.sha256)
        assert piece.keep_until == local_day(piece.gathered_at) + timedelta(days=7305)


def test_what_signing_rested_on_is_kept_even_where_nobody_gives_time_stamps(
    archive: Archive, sealed: Case
) -> None:
    without_authority(archive).step(sealed)

    with archive.desks.office.sessions() as session:
        kept = Counter(piece.kind for piece in evidence.of_document(session, sealed.id))
    assert kept == {"certificate": 3, "crl": 2}


def test_evidence_is_destroyed_by_an_administrator_after_its_time_with_a_reason(
    archive: Archive, sealed: Case
) -> None:
    desks = archive.desks
    office, administrator = desks.office, desks.person("quantri")
    archive.step(sealed)
    with office.sessions() as session:
        (stamp,) = [p for p in evidence.of_document(session, sealed.id) if p.kind == "timestamp"]

    def refusal(person: UUID, why: str = "Hết thời hạn lưu") -> str:
        with pytest.raises((Refused, Forbidden, NotFound)) as refused:
            evidence.destroy(office, person, stamp.id, why)
        return refused.value.code

    assert refusal(administrator) == "evidence.still_kept"
    desks.clock.pass_by(days=7306)
    assert refusal(desks.person("vanthu")) == "workflow.not_your_role"
    assert refusal(administrator, "  ") == "evidence.no_reason"
    evidence.destroy(office, administrator, stamp.id, "Hết thời hạn lưu")

    assert refusal(administrator) == "evidence.destroyed_already"
    with pytest.raises(Unavailable):
        office.artifacts.get(stamp.sha256)
    with office.sessions() as session:
        row = session.get_one(Evidence, stamp.id)
        assert (row.destroyed_by_id, row.destroyed_why) == (administrator, "Hết thời hạn lưu")
    assert sealed.acts[-1] == "destroy_evidence"
