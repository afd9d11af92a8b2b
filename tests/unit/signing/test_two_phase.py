"""Signing with a key elsewhere: what is prepared waits, what comes back is looked at."""

from dataclasses import replace
from datetime import timedelta

import pytest

from kernel.errors import Refused
from signing.checking.verdict import Conclusion
from signing.holding.keys import Pkcs12Key
from signing.making.fields import AGENCY_SEAL, CODE_NUMBER, ISSUED_DATE, SIGNER_SIGNATURE
from signing.making.seal import Fill
from signing.making.two_phase import Prepared, complete, prepare_seal, prepare_signature
from tests.unit.signing.desk import Desk, picture, reserved


def prepared(desk: Desk, text: str = "", key: Pkcs12Key | None = None) -> Prepared:
    by = key or desk.leader
    return prepare_signature(
        reserved(),
        by.certificate,
        by.chain,
        picture=picture(SIGNER_SIGNATURE, text),
        signed_at=desk.now,
        reason="Ký ban hành",
        location="Cần Thơ",
    )


def sealing(desk: Desk, signed: bytes) -> Prepared:
    return prepare_seal(
        signed,
        desk.seal.certificate,
        desk.seal.chain,
        number=Fill("123", picture(CODE_NUMBER, "123")),
        issued_date=Fill("2026-11-23", picture(ISSUED_DATE, "ngày 23 tháng 11 năm 2026")),
        picture=picture(AGENCY_SEAL),
        signed_at=desk.now + timedelta(minutes=5),
        reason="Phát hành",
        location="Cần Thơ",
    )


def test_signature_and_seal_come_from_keys_that_never_see_the_document(desk: Desk) -> None:
    leader = prepared(desk)
    signed = complete(leader, desk.leader.sign(leader.attributes))
    seal = sealing(desk, signed)

    sealed = complete(seal, desk.seal.sign(seal.attributes))

    assert desk.verdict(sealed).conclusion is Conclusion.TOTAL_PASSED


def test_what_waits_is_the_whole_file_but_for_the_signature(desk: Desk) -> None:
    waiting = prepared(desk)
    begin, end = waiting.contents

    signed = complete(waiting, desk.leader.sign(waiting.attributes))

    assert waiting.pdf[begin - 1 : begin] + waiting.pdf[end : end + 1] == b"<>"
    assert set(waiting.pdf[begin:end]) == set(b"0")
    assert signed[:begin] == waiting.pdf[:begin]
    assert signed[end:] == waiting.pdf[end:]


def test_a_signature_for_another_document_is_refused(desk: Desk) -> None:
    ours, theirs = prepared(desk), prepared(desk, "khác")

    with pytest.raises(Refused) as refused:
        complete(ours, desk.leader.sign(theirs.attributes))

    assert refused.value.code == "signing.foreign_signature"


def test_a_signature_of_another_person_is_refused(desk: Desk) -> None:
    waiting = prepared(desk)

    with pytest.raises(Refused) as refused:
        complete(waiting, desk.other.sign(waiting.attributes))

    assert refused.value.code == "signing.foreign_signature"


@pytest.mark.parametrize("place", [100, -3])
def test_a_file_that_changed_while_it_waited_is_refused(desk: Desk, place: int) -> None:
    waiting = prepared(desk)
    changed = bytearray(waiting.pdf)
    changed[place] ^= 1

    with pytest.raises(Refused) as refused:
        complete(
            replace(waiting, pdf=bytes(changed)),
            desk.leader.sign(waiting.attributes),
        )

    assert refused.value.code == "signing.foreign_signature"


def test_attributes_of_another_file_are_refused(desk: Desk) -> None:
    ours, theirs = prepared(desk), prepared(desk, "khác")

    with pytest.raises(Refused) as refused:
        complete(replace(ours, attributes=theirs.attributes), desk.leader.sign(theirs.attributes))

    assert refused.value.code == "signing.foreign_signature"


@pytest.mark.parametrize("signature", [b"", b"\0" * 256, b"chi la chu"])
def test_something_that_is_no_signature_is_refused(desk: Desk, signature: bytes) -> None:
    with pytest.raises(Refused) as refused:
        complete(prepared(desk), signature)

    assert refused.value.code == "signing.foreign_signature"
