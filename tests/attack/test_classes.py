"""Every published class of attack, on documents of our own: none may pass."""

import time
from collections.abc import Callable

import pytest
from asn1crypto import cms

from signing.checking.verdict import Conclusion, Modifications, Timestamp, Verdict
from signing.making.fields import AGENCY_SEAL, SIGNER_SIGNATURE
from tests.attack import crafted, elsewhere, forgery, prepared
from tests.unit.signing.desk import Desk, reserved, typeset

SLOWEST = 30  # seconds, for any file at all


def told(verdict: Verdict) -> set[str]:
    found = [*verdict.findings, *(f for one in verdict.signatures for f in one.findings)]
    return {finding.code.removeprefix("signing.finding.") for finding in found}


@pytest.mark.parametrize("craft", [crafted.wrap, crafted.widen_hole, crafted.overlap])
def test_a_signature_moved_around_its_document_is_caught(
    desk: Desk, sealed: bytes, craft: Callable[[bytes], bytes]
) -> None:
    assert desk.verdict(craft(sealed)).conclusion is Conclusion.TOTAL_FAILED


@pytest.mark.parametrize("name", prepared.ACTING)
def test_what_acts_by_itself_is_told_even_if_it_was_signed(desk: Desk, name: str) -> None:
    prepare, code = prepared.ACTING[name]

    verdict = desk.verdict(desk.sealed(desk.signed(pdf=prepare(reserved()))))

    assert verdict.conclusion is Conclusion.INDETERMINATE
    assert code in told(verdict)


@pytest.mark.parametrize("name", prepared.ACTING)
def test_what_acts_by_itself_cannot_be_added_later(desk: Desk, sealed: bytes, name: str) -> None:
    prepare, _ = prepared.ACTING[name]

    verdict = desk.verdict(prepare(sealed))

    assert verdict.conclusion is Conclusion.TOTAL_FAILED
    assert verdict.modifications is Modifications.FORBIDDEN


def test_a_sheet_taken_away_after_signing_is_caught(desk: Desk) -> None:
    sealed = desk.sealed(desk.signed(pdf=prepared.with_cover(reserved())))

    verdict = desk.verdict(prepared.uncover(sealed), full=True)

    assert verdict.conclusion is Conclusion.TOTAL_FAILED
    assert "looks_different" in told(verdict)


@pytest.mark.parametrize("full", [False, True])
def test_content_that_was_missing_when_signed_cannot_be_supplied_later(
    desk: Desk, *, full: bool
) -> None:
    sealed = desk.sealed(desk.signed(pdf=prepared.with_dangling_content(reserved())))

    forged = prepared.supply_content(sealed)

    verdict = desk.verdict(forged, full=full)
    assert verdict.conclusion is Conclusion.TOTAL_FAILED
    assert verdict.modifications is Modifications.FORBIDDEN


@pytest.mark.parametrize(
    "attack",
    [
        prepared.replace_font,
        prepared.hide_and_replace,
        prepared.delete_note,
        forgery.add_page,
        lambda pdf: forgery.add_signature_field(pdf, "Them"),
    ],
    ids=["font", "pages", "deleted", "added page", "added field"],
)
@pytest.mark.parametrize("stage", ["signed", "sealed"])
def test_other_content_under_the_same_signature_is_caught(
    desk: Desk,
    stage: str,
    attack: Callable[[bytes], bytes],
    request: pytest.FixtureRequest,
) -> None:
    verdict = desk.verdict(attack(request.getfixturevalue(stage)), expecting=False)

    assert verdict.conclusion is Conclusion.TOTAL_FAILED
    assert verdict.modifications is Modifications.FORBIDDEN


def test_an_added_page_is_told_by_number(desk: Desk, sealed: bytes) -> None:
    verdict = desk.verdict(forgery.add_page(sealed), expecting=False)

    assert "page_count_changed" in told(verdict)


def test_a_time_stamp_copied_from_another_signature_is_caught(desk: Desk) -> None:
    hand = elsewhere.Hand(stamps=True)
    one, other = (
        elsewhere.sign_elsewhere(typeset(), desk.leader, name, elsewhere.LEADER_BOX, hand=hand)
        for name in ("Mot", "Hai")
    )

    verdict = desk.verdict(copy_stamp(one, other), expecting=False)

    assert verdict.conclusion is Conclusion.TOTAL_FAILED
    assert verdict.timestamps is Timestamp.INVALID


def copy_stamp(source: bytes, target: bytes) -> bytes:
    """Put the time-stamp of one signature into the container of another."""
    given, taken = container(source), container(target)
    taken["content"]["signer_infos"][0]["unsigned_attrs"] = given["content"]["signer_infos"][0][
        "unsigned_attrs"
    ]
    first, second = hole(target)
    content = taken.dump(force=True).hex().encode()
    return target[: first + 1] + content.ljust(second - first - 2, b"0") + target[second - 1 :]


def container(pdf: bytes) -> cms.ContentInfo:
    first, second = hole(pdf)
    return cms.ContentInfo.load(bytes.fromhex(pdf[first + 1 : second - 1].decode()))


def hole(pdf: bytes) -> tuple[int, int]:
    numbers = pdf[pdf.rindex(b"/ByteRange") :].split(b"[", 1)[1].split(b"]")[0].split()
    return int(numbers[1]), int(numbers[2])


def test_an_unsorted_container_does_not_pass(desk: Desk, signed: bytes) -> None:
    first, second = hole(signed)
    attributes = container(signed)["content"]["signer_infos"][0]["signed_attrs"]
    parts = [attribute.dump() for attribute in attributes]
    together = b"".join(parts)
    content = bytes.fromhex(signed[first + 1 : second - 1].decode())
    turned = content.replace(together, b"".join(reversed(parts)))
    forged = signed[: first + 1] + turned.hex().encode() + signed[second - 1 :]

    assert turned != content
    assert desk.verdict(forged, expecting=False).conclusion is not Conclusion.TOTAL_PASSED


@pytest.mark.parametrize("name", crafted.BOMBS)
def test_a_bomb_gets_a_verdict_in_time(desk: Desk, name: str) -> None:
    begun = time.monotonic()

    verdict = desk.verdict(crafted.BOMBS[name], expecting=False)

    assert verdict.conclusion is not Conclusion.TOTAL_PASSED
    assert time.monotonic() - begun < SLOWEST


def test_dozens_of_updates_get_a_verdict_in_time(desk: Desk, sealed: bytes) -> None:
    begun = time.monotonic()
    grown = sealed
    for _ in range(60):
        grown = prepared.change_information(grown)

    verdict = desk.verdict(grown, expecting=False)

    assert verdict.modifications is Modifications.PERMITTED
    assert time.monotonic() - begun < SLOWEST


def test_nobody_else_can_fill_the_places_of_leader_and_agency(desk: Desk) -> None:
    forged = desk.sealed(desk.signed(desk.seal), key=desk.leader)

    verdict = desk.verdict(forged)

    assert verdict.conclusion is Conclusion.TOTAL_FAILED
    fields = {one.field for one in verdict.signatures if one.findings}
    assert fields == {SIGNER_SIGNATURE, AGENCY_SEAL}
