from io import BytesIO

import pytest
from pypdf import PdfReader
from pypdf.generic import DictionaryObject

from kernel.errors import Refused
from kernel.places import POINTS_PER_MM
from signing.making.fields import AGENCY_SEAL, CODE_NUMBER, ISSUED_DATE, SIGNER_SIGNATURE, reserve
from tests.unit.signing.desk import PLACES, picture, reserved, typeset


def widgets(pdf: bytes) -> dict[str, DictionaryObject]:
    pages = PdfReader(BytesIO(pdf)).pages
    annotations = [a.get_object() for page in pages for a in page.get("/Annots", ())]
    return {str(a["/T"]): a for a in annotations}


def test_the_four_fields_stand_where_the_typesetter_left_room() -> None:
    found = widgets(reserved())

    assert set(found) == set(PLACES)
    for name, place in PLACES.items():
        left, bottom, right, top = (float(edge) for edge in found[name]["/Rect"])
        assert left == pytest.approx(place.x * POINTS_PER_MM, abs=0.01)
        assert right - left == pytest.approx(place.width * POINTS_PER_MM, abs=0.01)
        assert 841.89 - top == pytest.approx(place.y * POINTS_PER_MM, abs=0.01)
        assert top - bottom == pytest.approx(place.height * POINTS_PER_MM, abs=0.01)


def test_number_and_date_are_read_only_and_everything_is_printed() -> None:
    found = widgets(reserved())

    for name in (CODE_NUMBER, ISSUED_DATE):
        assert found[name]["/FT"] == "/Tx"
        assert found[name]["/Ff"] == 1
    assert all(widget["/F"] & 4 for widget in found.values())


def test_every_field_tells_in_vietnamese_what_it_is_for() -> None:
    found = widgets(reserved())

    assert found[CODE_NUMBER]["/TU"].startswith("Số văn bản")
    assert found[SIGNER_SIGNATURE]["/TU"] == "Chữ ký số của người có thẩm quyền"


def test_the_leaders_lock_leaves_number_date_and_seal_open() -> None:
    lock = widgets(reserved())[SIGNER_SIGNATURE]["/Lock"]

    assert lock["/Action"] == "/Exclude"
    assert lock["/Fields"] == [CODE_NUMBER, ISSUED_DATE, AGENCY_SEAL]
    assert lock["/P"] == 2


def test_the_seals_lock_leaves_nothing_open() -> None:
    lock = widgets(reserved())[AGENCY_SEAL]["/Lock"]

    assert lock["/Action"] == "/All"
    assert lock["/P"] == 1


def test_no_viewer_is_asked_to_draw_the_fields_itself() -> None:
    form = PdfReader(BytesIO(reserved())).trailer["/Root"]["/AcroForm"]

    assert "/NeedAppearances" not in form
    assert form["/SigFlags"] == 3
    assert all("/N" in widget["/AP"] for widget in widgets(reserved()).values())


def test_each_field_is_a_form_element_of_the_tagged_document() -> None:
    reader = PdfReader(BytesIO(reserved()))
    tree = reader.trailer["/Root"]["/StructTreeRoot"]
    numbers = tree["/ParentTree"]["/Nums"]
    elements = {int(k): v for k, v in zip(numbers[::2], numbers[1::2], strict=True)}

    for widget in widgets(reserved()).values():
        element = elements[int(widget["/StructParent"])].get_object()
        assert element["/S"] == "/Form"
        assert element["/K"]["/Obj"].get_object()["/T"] == widget["/T"]
        assert element["/P"].get_object()["/S"] == "/Document"
        assert element in [kid.get_object() for kid in element["/P"].get_object()["/K"]]
    assert int(tree["/ParentTreeNextKey"]) > max(elements)


def test_places_are_reserved_once() -> None:
    with pytest.raises(Refused) as refused:
        reserve(reserved(), PLACES, {name: picture(name) for name in PLACES})

    assert refused.value.code == "signing.already_reserved"


def test_a_tagged_picture_is_refused() -> None:
    page = "#set page(width: 20mm, height: 6mm, margin: 0mm)\n123"

    with pytest.raises(Refused) as refused:
        reserve(typeset(), PLACES, {CODE_NUMBER: typeset(page), ISSUED_DATE: picture(ISSUED_DATE)})

    assert refused.value.code == "signing.tagged_picture"
