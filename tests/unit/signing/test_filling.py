"""The quick look at an update: it knows plain filling, and leaves everything else to others."""

import re
from collections.abc import Callable
from io import BytesIO

import pytest
from pyhanko.pdf_utils import generic
from pyhanko.pdf_utils.generic import pdf_name, pdf_string
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.diff_analysis import ModificationLevel, SuspiciousModification

from signing.checking.changes import DIFF_POLICY
from signing.checking.filling import FillingFirst, filled_fields
from signing.checking.verdict import Conclusion, Modifications
from signing.making.fields import AGENCY_SEAL, CODE_NUMBER, ISSUED_DATE, SIGNER_SIGNATURE
from tests.attack import forgery
from tests.attack.forgery import Forger
from tests.unit.signing.desk import Desk, reserved

_FAR = 900
"""The number of an object that does not exist when the leader signs."""


def seen(pdf: bytes, signed_in: int = 2) -> set[str]:
    """Name the fields that the last revision filled, as the quick look sees it."""
    reader = PdfFileReader(BytesIO(pdf))
    old, new = (reader.get_historical_resolver(number) for number in (signed_in, signed_in + 1))
    return set(filled_fields(old, new))


class _Verbatim(generic.PdfObject):
    """Bytes as another program might write them."""

    def __init__(self, written: bytes) -> None:
        self.written = written

    def write_to_stream(self, stream: BytesIO, *_: object, **__: object) -> None:
        stream.write(self.written)


def picture_of(content: bytes = b"0 0 9 9 re f") -> generic.StreamObject:
    box = generic.ArrayObject(map(generic.NumberObject, (0, 0, 60, 20)))
    return generic.StreamObject(
        {
            pdf_name("/Type"): pdf_name("/XObject"),
            pdf_name("/Subtype"): pdf_name("/Form"),
            pdf_name("/BBox"): box,
        },
        stream_data=content,
    )


def fill(
    pdf: bytes, also: Callable[[Forger, generic.DictionaryObject], None], name: str = CODE_NUMBER
) -> bytes:
    """Fill the number as we do, and do something besides."""
    forger = Forger.of(pdf)
    field = forger.field(name)
    field[pdf_name("/V")] = pdf_string("12")
    picture = forger.add_object(picture_of())
    field[pdf_name("/AP")] = generic.DictionaryObject({pdf_name("/N"): picture})
    forger.update_container(field)
    also(forger, field)
    return forger.done()


def test_number_date_and_seal_are_recognised(sealed: bytes) -> None:
    assert seen(sealed) == {CODE_NUMBER, ISSUED_DATE, AGENCY_SEAL}


def test_the_quick_look_and_the_long_one_agree(sealed: bytes) -> None:
    assert isinstance(DIFF_POLICY, FillingFirst)
    reader = PdfFileReader(BytesIO(sealed))
    old, new = (reader.get_historical_resolver(number) for number in (2, 3))

    quick = DIFF_POLICY.apply(old, new)
    long = super(FillingFirst, DIFF_POLICY).apply(old, new)

    assert quick == long
    assert quick.modification_level is ModificationLevel.FORM_FILLING


def test_filling_one_field_is_recognised(signed: bytes) -> None:
    assert seen(fill(signed, lambda _forger, _field: None)) == {CODE_NUMBER}


@pytest.mark.parametrize(
    "attack",
    [
        forgery.replace_page,
        forgery.stamp_page,
        forgery.add_page,
        forgery.add_note,
        lambda pdf: forgery.add_text_field(pdf, CODE_NUMBER),
        lambda pdf: forgery.add_signature_field(pdf, "Khác"),
        lambda pdf: forgery.move_field(pdf, CODE_NUMBER),
        lambda pdf: forgery.share_signature(pdf, SIGNER_SIGNATURE, AGENCY_SEAL),
        lambda pdf: forgery.change_appearance(pdf, SIGNER_SIGNATURE),
    ],
)
def test_anything_else_is_left_to_the_long_look(
    signed: bytes, attack: Callable[[bytes], bytes]
) -> None:
    assert not seen(attack(signed))


def _other_key(_: Forger, field: generic.DictionaryObject) -> None:
    field[pdf_name("/MK")] = generic.DictionaryObject()


def _other_state(_: Forger, field: generic.DictionaryObject) -> None:
    field["/AP"][pdf_name("/D")] = field["/AP"].raw_get("/N")


def _old_picture(forger: Forger, field: generic.DictionaryObject) -> None:
    field["/AP"][pdf_name("/N")] = forger.field(SIGNER_SIGNATURE)["/AP"].raw_get("/N")


def _number_instead(_: Forger, field: generic.DictionaryObject) -> None:
    field[pdf_name("/V")] = generic.NumberObject(12)


def _catalogue(forger: Forger, _: generic.DictionaryObject) -> None:
    forger.update_root()


@pytest.mark.parametrize(
    "besides", [_other_key, _other_state, _old_picture, _number_instead, _catalogue]
)
def test_filling_with_something_besides_is_left_to_the_long_look(
    signed: bytes, besides: Callable[[Forger, generic.DictionaryObject], None]
) -> None:
    assert not seen(fill(signed, besides))


def waiting(reference: bytes, *, counted: bool = False) -> bytes:
    """Let the page refer to an object that does not exist, before the leader signs.

    Where it is ``counted``, the file says it had room for so many objects.
    """
    forger = Forger.of(reserved())
    page, _ = forger.find_page_for_modification(0)
    contents = page.get_object().raw_get("/Contents")
    written = b"[%d 0 R %b]" % (contents.idnum, reference)
    page.get_object()[pdf_name("/Contents")] = _Verbatim(written)
    forger.mark_update(page)
    if counted:
        forger._lastobj_id = _FAR  # noqa: SLF001 - an attacker chooses the numbers
    return forger.done()


def make(forger: Forger, awaited: generic.PdfObject) -> generic.IndirectObject:
    """Make the object that the page has been waiting for."""
    last, forger._lastobj_id = forger._lastobj_id, _FAR - 1  # noqa: SLF001 - the attacker chooses
    reference = forger.add_object(awaited)
    forger._lastobj_id = max(last, _FAR)  # noqa: SLF001 - the attacker chooses
    return reference


def supply(forger: Forger, _: generic.DictionaryObject) -> None:
    """Make it without any use of it."""
    make(forger, generic.StreamObject(stream_data=b"0 0 400 400 re f"))


def show(forger: Forger, field: generic.DictionaryObject) -> None:
    """Make it as the picture of a field."""
    field["/AP"][pdf_name("/N")] = make(forger, picture_of(b"0 0 400 400 re f"))


_ODD = (b"0900\t00\nR", b"900 %x\n0 R", b"900 0%y\rR", b"900%x\n%y\n0\x00R")


@pytest.mark.parametrize(
    ("reference", "made", "counted"),
    [
        *((b"900 0 R", made, counted) for made in (supply, show) for counted in (False, True)),
        *((reference, supply, False) for reference in _ODD),
    ],
)
def test_a_page_that_waits_for_an_object_never_gets_it(
    desk: Desk,
    reference: bytes,
    made: Callable[[Forger, generic.DictionaryObject], None],
    counted: bool,  # noqa: FBT001 - a parameter of the test
) -> None:
    signed = desk.signed(pdf=waiting(reference, counted=counted))

    attacked = fill(signed, made)

    assert not seen(attacked, signed_in=3)
    verdict = desk.verdict(attacked, expecting=False)
    assert verdict.conclusion is not Conclusion.TOTAL_PASSED
    assert verdict.modifications is not Modifications.PERMITTED


def test_what_a_lock_closed_is_never_filled_quietly(sealed: bytes) -> None:
    attacked = fill(sealed, lambda _forger, _field: None)
    reader = PdfFileReader(BytesIO(attacked))
    seal = reader.embedded_regular_signatures[1]

    found = DIFF_POLICY.review_file(reader, 3, seal.fieldmdp, seal.docmdp_level)

    assert isinstance(found, SuspiciousModification)


def test_an_object_hidden_in_the_older_bytes_is_never_filled_in(signed: bytes) -> None:
    """The new table may point anywhere; here to bytes that were there before."""
    filled = fill(signed, lambda _forger, _field: None)
    update = filled[len(signed) :]
    entry = re.findall(rb"\d{10} 00000 n", update)[-1]

    attacked = signed + update.replace(entry, b"%010d 00000 n" % signed.index(b"\n3 0 obj"))

    assert attacked != filled
    assert not seen(attacked)


def test_what_a_signature_leads_to_is_left_to_the_long_look(desk: Desk, signed: bytes) -> None:
    """A signature dictionary needs nothing beside itself; objects hidden behind it are odd."""
    sealed = desk.sealed(signed)
    update = sealed[len(signed) :]
    whole = re.search(rb"/Data (\d+) 0 R", update)
    assert whole
    written = re.findall(rb"\n(\d+) 0 obj", update)
    hidden = next(n for n in written if b"\n%b 0 obj" % n not in signed and len(n) == len(whole[1]))

    attacked = signed + update.replace(whole[0], b"/Data %b 0 R" % hidden)

    assert len(attacked) == len(sealed)
    assert seen(sealed)
    assert not seen(attacked)
