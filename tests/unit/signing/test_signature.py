import time
from collections.abc import Callable
from datetime import timedelta

import pytest

from kernel.errors import Refused
from signing.checking.verdict import Conclusion
from signing.making.fields import SIGNER_SIGNATURE
from signing.making.signature import sign
from tests.unit.signing.desk import Desk, picture, reserved, typeset


def test_the_leaders_signature_alone_passes_when_only_it_is_expected(
    desk: Desk, signed: bytes
) -> None:
    verdict = desk.verdict(signed, expecting=False)

    assert verdict.conclusion is Conclusion.TOTAL_PASSED
    assert [s.field for s in verdict.signatures] == [SIGNER_SIGNATURE]


def test_a_document_is_signed_once(desk: Desk, signed: bytes) -> None:
    with pytest.raises(Refused) as refused:
        desk.signed(pdf=signed)

    assert refused.value.code == "signing.already_signed"


def test_a_document_without_reserved_places_cannot_be_signed(desk: Desk) -> None:
    with pytest.raises(Refused) as refused:
        desk.signed(pdf=typeset())

    assert refused.value.code == "signing.not_reserved"


def test_something_that_is_no_pdf_cannot_be_signed(desk: Desk) -> None:
    with pytest.raises(Refused) as refused:
        desk.signed(pdf=b"chi la chu")

    assert refused.value.code == "signing.unreadable_pdf"


def test_the_time_of_signing_is_the_one_given(desk: Desk) -> None:
    moment = desk.now - timedelta(days=2)

    (signature,) = desk.verdict(desk.signed(at=moment), expecting=False).signatures

    assert signature.signed_at == moment


def test_the_reserved_size_holds_the_largest_signature_we_make(desk: Desk) -> None:
    signed = sign(
        reserved(),
        desk.seal,
        picture=picture(SIGNER_SIGNATURE),
        signed_at=desk.now,
        reason="Ký",
        location="Cần Thơ",
    )

    assert desk.verdict(signed, expecting=False).conclusion is Conclusion.TOTAL_PASSED


def test_the_document_around_a_signature_costs_little_beside_the_key(desk: Desk) -> None:
    document = reserved()

    bare = _least_processor_time(lambda: desk.leader.sign(b"document"))
    whole = _least_processor_time(lambda: desk.signed(pdf=document))

    assert whole < 40 * bare  # it is about 10; it was 75 before pictures and paths were kept


def _least_processor_time(act: Callable[[], object]) -> float:
    act()
    times = []
    for _ in range(15):
        began = time.thread_time()
        act()
        times.append(time.thread_time() - began)
    return min(times)
