"""Proof that lasts, step by step, with an authority of our own and a clock that is held."""

import asyncio
import shutil
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from io import BytesIO
from itertools import pairwise
from pathlib import Path

import pytest
from asn1crypto.parser import peek
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.ades.report import AdESPassed
from pyhanko.sign.validation.ades import simulate_future_ades_lta_validation
from pyhanko.sign.validation.policy_decl import (
    PdfSignatureValidationSpec,
    RevinfoOnlineFetchingRule,
    RevocationInfoGatheringSpec,
    SignatureValidationSpec,
)
from pyhanko_certvalidator.context import CertValidationPolicySpec
from pyhanko_certvalidator.policy_decl import REQUIRE_REVINFO, CertRevTrustPolicy
from pyhanko_certvalidator.registry import SimpleTrustManager

from kernel.errors import Refused, Unavailable
from signing.checking.changes import DIFF_POLICY
from signing.checking.verdict import Conclusion, Level
from signing.holding.keys import facts
from signing.lasting.levels import earliest_expiry, level_of
from signing.lasting.material import Material
from signing.lasting.proof import (
    add_document_timestamp,
    embed_validation_data,
    needs,
    renew,
    stamp_signature,
)
from signing.trusting.trust import SIGNING_USAGE
from tests.authority import LocalAuthority
from tests.office import HeldClock
from tests.unit.signing.desk import Desk, reserved

LATE = ("sealed", "stamped", "documented", "archived", "renewed")
EARLY = tuple(f"early {name}" for name in LATE[1:])
"""``early``: the time-stamps came while signing, and stand inside the signatures."""

NO_LONGER_STRONG = datetime(2030, 12, 31, tzinfo=UTC)


@dataclass(frozen=True)
class World:
    """An authority ten days ago, because what simulates the future also asks today's clock."""

    desk: Desk
    authority: LocalAuthority
    clock: HeldClock


@pytest.fixture
def world(desk: Desk) -> World:
    return begin(desk)


def begin(desk: Desk) -> World:
    then = replace(desk, now=desk.now - timedelta(days=10))
    clock = HeldClock(then.now)
    return World(then, LocalAuthority(desk.folder / "ca", desk.trust, clock), clock)


@pytest.fixture(scope="module")
def files(desk: Desk) -> dict[str, bytes]:
    """One document at every level, on both ways there."""
    late = begin(desk)
    sealed = late.desk.sealed()
    late.clock.pass_by(minutes=10)
    stamped = add_document_timestamp(sealed, late.authority)

    early = begin(desk)
    signed = stamp_signature(early.desk.signed(), early.authority)
    early.clock.pass_by(minutes=5)
    sealed_early = stamp_signature(early.desk.sealed(signed), early.authority)
    steps = (sealed, stamped, *kept(late, stamped), sealed_early, *kept(early, sealed_early))
    return dict(zip(LATE + EARLY, steps, strict=True))


def kept(world: World, stamped: bytes) -> tuple[bytes, bytes, bytes]:
    """Validation data after a minute, the archive's stamp, and a renewal after three days."""
    documented = embed_validation_data(stamped, world.desk.trust, word(world, stamped))
    archived = add_document_timestamp(documented, world.authority)
    world.clock.pass_by(days=3)
    known = word(world, archived)
    return documented, archived, renew(archived, world.authority, world.desk.trust, known)


def word(world: World, pdf: bytes) -> Material:
    """What the authority says a minute later about the certificates in question."""
    world.clock.pass_by(minutes=1)
    return world.authority.answers(needs(pdf, world.desk.trust, Material()))


@pytest.fixture(params=LATE + EARLY)
def step(request: pytest.FixtureRequest) -> str:
    return str(request.param)


def run(*command: str | Path) -> str:
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    return done.stdout + done.stderr


def test_each_step_reaches_its_level(files: dict[str, bytes]) -> None:
    reached = {name: level_of(pdf) for name, pdf in files.items()}

    way = [Level.B_B, Level.B_T, Level.B_LT, Level.B_LTA, Level.B_LTA]
    assert reached == dict(zip(LATE + EARLY, way + way[1:], strict=True))


@pytest.mark.parametrize("way", [LATE, EARLY])
def test_each_step_only_adds_bytes_behind_the_last(
    files: dict[str, bytes], way: tuple[str, ...]
) -> None:
    for before, after in pairwise(way):
        assert files[after].startswith(files[before])
        assert len(files[after]) > len(files[before])


def test_our_own_check_passes_at_every_step(desk: Desk, files: dict[str, bytes], step: str) -> None:
    verdict = desk.verdict(files[step], at=desk.now - timedelta(days=5))

    assert verdict.conclusion is Conclusion.TOTAL_PASSED
    assert not [finding.code for s in verdict.signatures for finding in s.findings]


def test_poppler_calls_every_signature_valid_at_every_step(
    files: dict[str, bytes], step: str, tmp_path: Path
) -> None:
    file = tmp_path / "văn bản.pdf"
    file.write_bytes(files[step])

    report = run("pdfsig", "-nocert", file)

    assert report.count("Signature is Valid") == 2
    stamps = report.count("Signature Field Name: TimeStamp")
    assert report.count("has not yet been verified") == stamps  # poppler reads no time-stamps


def test_openssl_verifies_every_signature_and_stamp_at_every_step(
    desk: Desk, files: dict[str, bytes], step: str, tmp_path: Path
) -> None:
    root, issuing, container, content = (
        str(tmp_path / name) for name in ("root.pem", "issuing.pem", "container", "content")
    )
    shutil.copy(desk.folder / "trust" / "anchors" / "root.pem", root)
    shutil.copy(desk.folder / "trust" / "intermediates" / "issuing.pem", issuing)
    signature = ("cms", "-verify", "-inform", "DER", "-binary", "-purpose", "any", "-content")
    stamp = ("ts", "-verify", "-token_in", "-data")
    said = {"/Sig": "CMS Verification successful", "/DocTimeStamp": "Verification: OK"}

    for kind, signed, cms in signatures(files[step]):
        Path(container).write_bytes(cms)
        Path(content).write_bytes(signed)
        if kind == "/Sig":
            command = [*signature, content, "-certfile", issuing, "-out", "/dev/null"]
        else:
            command = [*stamp, content, "-untrusted", issuing]
        assert said[kind] in run("openssl", *command, "-in", container, "-CAfile", root)


def signatures(pdf: bytes) -> Iterator[tuple[str, bytes, bytes]]:
    """Kind, signed bytes and container of each signature and time-stamp."""
    for one in PdfFileReader(BytesIO(pdf)).embedded_signatures:
        _, first, second, rest = (int(number) for number in one.byte_range)
        content = one.pkcs7_content
        signed = pdf[:first] + pdf[second : second + rest]
        yield str(one.sig_object_type), signed, content[: peek(content)]


@pytest.mark.parametrize("name", ["early archived", "early renewed"])
def test_a_document_kept_with_care_will_still_be_checked_in_2046(
    desk: Desk, files: dict[str, bytes], name: str
) -> None:
    anchors = SimpleTrustManager.build(trust_roots=list(desk.trust.anchors))
    policy = PdfSignatureValidationSpec(
        SignatureValidationSpec(
            CertValidationPolicySpec(anchors, CertRevTrustPolicy(REQUIRE_REVINFO)),
            RevocationInfoGatheringSpec(RevinfoOnlineFetchingRule.LOCAL_ONLY),
            key_usage_settings=SIGNING_USAGE,
        ),
        diff_policy=DIFF_POLICY,
    )
    in_2046 = datetime(2046, 11, 23, tzinfo=UTC)

    for one in PdfFileReader(BytesIO(files[name])).embedded_regular_signatures:
        result = asyncio.run(simulate_future_ades_lta_validation(one, policy, in_2046))
        assert result.ades_subindic is AdESPassed.OK, one.field_name


def test_a_stamp_inside_the_signature_changes_no_signed_byte(world: World) -> None:
    signed = world.desk.signed()

    stamped = stamp_signature(signed, world.authority)

    (_, before, container), (_, after, grown) = next(signatures(signed)), next(signatures(stamped))
    assert before == after
    assert len(stamped) == len(signed)
    assert len(grown) > len(container)


def test_a_signature_that_something_follows_is_not_stamped_inside(
    files: dict[str, bytes], world: World
) -> None:
    for pdf in (reserved(), files["stamped"], files["documented"]):
        with pytest.raises(Refused) as refused:
            stamp_signature(pdf, world.authority)
        assert refused.value.code == "proof.not_last"


def test_word_from_before_the_signature_does_not_complete_the_proof(world: World) -> None:
    early = world.authority.lists()
    world.clock.pass_by(minutes=10)
    stamped = add_document_timestamp(world.desk.sealed(), world.authority)

    with pytest.raises(Unavailable) as unavailable:
        embed_validation_data(stamped, world.desk.trust, early)

    assert unavailable.value.code == "proof.revocation_not_yet"
    assert unavailable.value.facts == {"name": "Nguyễn Văn Đức"}


def test_a_list_from_after_the_signature_completes_the_proof_where_nobody_answers(
    world: World,
) -> None:
    stamped = add_document_timestamp(world.desk.signed(), world.authority)
    world.clock.pass_by(days=31)

    documented = embed_validation_data(stamped, world.desk.trust, world.authority.lists())

    assert level_of(documented) is Level.B_LT


def test_what_is_missing_is_named_with_the_time_it_must_be_from(world: World) -> None:
    world.clock.pass_by(minutes=10)
    stamped = add_document_timestamp(world.desk.sealed(), world.authority)

    missing = needs(stamped, world.desk.trust, world.authority.lists())

    stamper = world.authority.certificate().dump()
    seal, leader = world.desk.seal.certificate, world.desk.leader.certificate
    assert {need.certificate for need in missing} == {leader, seal, stamper}
    assert {need.since for need in missing} == {world.clock.now}


def test_what_is_in_the_file_already_is_not_asked_for_again(
    files: dict[str, bytes], desk: Desk
) -> None:
    for name in ("documented", "early documented"):
        assert needs(files[name], desk.trust, Material()) == ()
        assert embed_validation_data(files[name], desk.trust, Material()) == files[name]


def test_an_archives_stamp_is_vouched_for_before_the_next(
    files: dict[str, bytes], desk: Desk
) -> None:
    later = begin(desk)
    later.clock.pass_by(days=3)
    again = add_document_timestamp(files["archived"], later.authority)

    (need,) = needs(again, desk.trust, Material())[:1]

    assert facts(need.certificate).fingerprint == later.authority.certificate().sha256.hex()


def test_a_signature_of_a_revoked_certificate_gets_no_validation_data(world: World) -> None:
    stolen = world.desk.person("thu-hoi")
    stamped = add_document_timestamp(world.desk.signed(stolen), world.authority)

    with pytest.raises(Refused) as refused:
        embed_validation_data(stamped, world.desk.trust, word(world, stamped))

    assert refused.value.code == "proof.certificate_not_good"
    assert refused.value.facts == {"name": "Phạm Thu Hồi"}


def test_a_signature_of_an_unknown_authority_gets_no_validation_data(world: World) -> None:
    stamped = add_document_timestamp(world.desk.signed(), world.authority)

    with pytest.raises(Refused) as refused:
        needs(stamped, replace(world.desk.trust, anchors=()), Material())

    assert refused.value.code == "proof.certificate_untrusted"


def test_validation_data_waits_for_the_time_stamp(world: World) -> None:
    with pytest.raises(Refused) as refused:
        embed_validation_data(world.desk.sealed(), world.desk.trust, world.authority.lists())

    assert refused.value.code == "proof.not_stamped"


def test_the_proof_holds_until_the_first_certificate_or_key_it_rests_on_ends(
    desk: Desk, files: dict[str, bytes]
) -> None:
    assert earliest_expiry(files["sealed"]) == facts(desk.leader.certificate).not_after
    assert earliest_expiry(files["archived"]) == NO_LONGER_STRONG
    assert earliest_expiry(reserved()) is None


def test_what_is_not_signed_has_no_level() -> None:
    assert level_of(reserved()) is Level.NONE


@pytest.mark.parametrize("pdf", [b"", b"%PDF-1.7\n", b"\x00" * 100])
def test_what_cannot_be_read_is_refused(pdf: bytes) -> None:
    for read in (level_of, earliest_expiry):
        with pytest.raises(Refused) as refused:
            read(pdf)
        assert refused.value.code == "signing.unreadable_pdf"
