"""Minutes and joint documents: signers in any order, opinions before them, the seal last."""

from dataclasses import replace
from datetime import timedelta
from itertools import permutations

import pytest

from kernel.errors import Refused
from signing.checking.verdict import Conclusion, Modifications, Verdict
from signing.holding.keys import Pkcs12Key
from signing.making.fields import (
    AGENCY_SEAL,
    CODE_NUMBER,
    ISSUED_DATE,
    OPINION_SIGNATURE,
    SIGNER_SIGNATURE,
    reserve,
    signer_field,
)
from signing.making.seal import Fill, number_and_seal
from signing.making.signature import sign
from tests.attack import forgery
from tests.unit.signing.desk import PLACES, Desk, picture, typeset

FIRST, SECOND, THIRD = (signer_field(position) for position in (1, 2, 3))
_SIGNER = PLACES[SIGNER_SIGNATURE]
JOINT = PLACES | {
    SECOND: replace(_SIGNER, x=20, y=240),
    THIRD: replace(_SIGNER, x=110, y=240),
    OPINION_SIGNATURE: replace(_SIGNER, page=0, x=20, y=200),
}
BLANKS = {name: picture(name) for name in (CODE_NUMBER, ISSUED_DATE)}


def document(*without: str) -> bytes:
    places = {name: place for name, place in JOINT.items() if name not in without}
    return reserve(typeset(), places, BLANKS)


def signed(desk: Desk, pdf: bytes, field: str, key: Pkcs12Key | None = None) -> bytes:
    return sign(
        pdf,
        key or desk.leader,
        picture=picture(SIGNER_SIGNATURE, field),
        signed_at=desk.now,
        reason="Ký biên bản",
        location="Cần Thơ",
        field=field,
    )


def later(desk: Desk, pdf: bytes) -> Verdict:
    return desk.verdict(pdf, at=desk.now + timedelta(minutes=10), expecting=False)


@pytest.mark.parametrize("order", list(permutations((FIRST, SECOND, THIRD))))
def test_signers_sign_in_any_order_and_the_seal_comes_last(
    desk: Desk, order: tuple[str, ...]
) -> None:
    pdf = document(OPINION_SIGNATURE)
    for field in order:
        pdf = signed(desk, pdf, field)

    verdict = later(desk, desk.sealed(pdf))

    assert verdict.conclusion is Conclusion.TOTAL_PASSED
    assert [s.field for s in verdict.signatures] == [*order, AGENCY_SEAL]
    assert verdict.values == {CODE_NUMBER: "123", ISSUED_DATE: "2026-11-23"}


def test_the_first_signature_certifies_and_the_others_approve(desk: Desk) -> None:
    pdf = signed(desk, signed(desk, document(), SECOND), FIRST)

    assert pdf.count(b"/DocMDP") == 2  # the transform of one signature and its entry in /Perms
    assert pdf.count(b"/TransformMethod /FieldMDP") == 2


def test_an_opinion_is_given_before_the_signers(desk: Desk) -> None:
    pdf = signed(desk, document(THIRD), OPINION_SIGNATURE, desk.other)
    pdf = signed(desk, signed(desk, pdf, FIRST), SECOND)

    verdict = later(desk, desk.sealed(pdf))

    assert verdict.conclusion is Conclusion.TOTAL_PASSED
    assert verdict.signatures[0].field == OPINION_SIGNATURE
    assert verdict.signatures[0].signer_name == "Trần Thị Ngọc Ánh"


def test_an_opinion_that_nobody_gave_does_not_hold_up_the_seal(desk: Desk) -> None:
    pdf = signed(desk, document(SECOND, THIRD), FIRST)

    assert later(desk, desk.sealed(pdf)).conclusion is Conclusion.TOTAL_PASSED


def test_no_opinion_is_taken_once_a_signer_has_signed(desk: Desk) -> None:
    pdf = signed(desk, document(), SECOND)

    with pytest.raises(Refused) as refused:
        signed(desk, pdf, OPINION_SIGNATURE)

    assert refused.value.code == "signing.opinion_too_late"


def test_the_seal_waits_for_every_signer(desk: Desk) -> None:
    pdf = signed(desk, document(), THIRD)

    with pytest.raises(Refused) as refused:
        desk.sealed(pdf)

    assert refused.value.code == "signing.not_signed"


def test_nobody_signs_behind_the_seal(desk: Desk) -> None:
    sealed = desk.sealed(signed(desk, document(SECOND, THIRD), FIRST))

    with pytest.raises(Refused) as refused:
        signed(desk, sealed, OPINION_SIGNATURE)

    assert refused.value.code == "signing.already_sealed"


def test_a_signer_signs_once(desk: Desk) -> None:
    pdf = signed(desk, document(), SECOND)

    with pytest.raises(Refused) as refused:
        signed(desk, pdf, SECOND)

    assert refused.value.code == "signing.already_signed"


@pytest.mark.parametrize("field", [CODE_NUMBER, ISSUED_DATE])
def test_a_number_changed_behind_the_seal_is_caught(desk: Desk, field: str) -> None:
    pdf = document(THIRD)
    for signer in (OPINION_SIGNATURE, SECOND, FIRST):
        pdf = signed(desk, pdf, signer)

    verdict = later(desk, forgery.change_value(desk.sealed(pdf), field, "999"))

    assert verdict.conclusion is Conclusion.TOTAL_FAILED
    assert verdict.signatures[-1].modifications is Modifications.FORBIDDEN


def test_minutes_without_a_date_are_sealed_with_their_number(desk: Desk) -> None:
    pdf = signed(desk, document(SECOND, THIRD, ISSUED_DATE), FIRST)

    sealed = number_and_seal(
        pdf,
        desk.seal,
        number=Fill("05", picture(CODE_NUMBER, "05")),
        issued_date=None,
        picture=picture(AGENCY_SEAL),
        signed_at=desk.now,
        reason="Phát hành",
        location="Cần Thơ",
    )

    verdict = later(desk, sealed)
    assert verdict.conclusion is Conclusion.TOTAL_PASSED
    assert verdict.values == {CODE_NUMBER: "05"}


def test_a_reserved_date_is_never_left_blank(desk: Desk, signed: bytes) -> None:
    with pytest.raises(Refused) as refused:
        number_and_seal(
            signed,
            desk.seal,
            number=Fill("05", picture(CODE_NUMBER, "05")),
            issued_date=None,
            picture=picture(AGENCY_SEAL),
            signed_at=desk.now,
            reason="Phát hành",
            location="Cần Thơ",
        )

    assert refused.value.code == "signing.left_blank"
    assert refused.value.facts == {"field": ISSUED_DATE}


@pytest.mark.parametrize("name", ["AgencySeal2", "Signature1", "CodeNumber3"])
def test_a_place_of_no_known_kind_is_refused(name: str) -> None:
    with pytest.raises(ValueError, match=name):
        reserve(typeset(), {name: _SIGNER}, {})
