"""What the pages looked like when signed, against what is seen now."""

from io import BytesIO

import pytest
from PIL import Image
from pypdf import PdfReader, PdfWriter

from kernel.places import POINTS_PER_MM
from signing.checking.rendered import Area, Undrawable, differences
from signing.checking.verdict import Conclusion, Modifications
from signing.making.fields import CODE_NUMBER
from tests.attack import forgery
from tests.unit.signing.desk import PLACES, Desk, typeset

SHEET = 297 * POINTS_PER_MM  # height of A4 in points


def covers(area: Area, x: float, y: float) -> bool:
    return area.x <= x <= area.x + area.width and area.y <= y <= area.y + area.height


def test_number_date_and_seal_stand_within_their_fields(desk: Desk, sealed: bytes) -> None:
    verdict = desk.verdict(sealed, full=True)

    assert verdict.conclusion is Conclusion.TOTAL_PASSED


def test_what_was_filled_is_told_in_millimetres(signed: bytes, sealed: bytes) -> None:
    first, _second = differences(sealed, len(signed), {})

    place = PLACES[CODE_NUMBER]
    assert first.page == 0
    assert any(covers(area, place.x + 2, place.y + place.height / 2) for area in first.areas)


def test_a_permitted_place_may_differ(signed: bytes, sealed: bytes) -> None:
    everywhere = {page: [(0.0, 0.0, 600.0, SHEET)] for page in (0, 1)}

    assert differences(sealed, len(signed), everywhere) == ()


def test_a_stamped_page_is_shown_with_the_stamp_framed(sealed: bytes) -> None:
    (changed,) = differences(forgery.stamp_page(sealed), len(sealed), {})

    (area,) = changed.areas
    assert covers(area, 20 / POINTS_PER_MM, 297 - 20 / POINTS_PER_MM)
    picture = Image.open(BytesIO(changed.picture)).convert("RGB")
    assert (0xD1, 0, 0) in {color for _, color in picture.getcolors(1 << 24) or ()}


def test_a_single_dot_is_seen(sealed: bytes) -> None:
    forged = forgery.draw_on_page(sealed, b"300 400 1 1 re f")

    assert len(differences(forged, len(sealed), {})) == 1


def test_an_added_page_is_shown_whole(sealed: bytes) -> None:
    changed = differences(forgery.add_page(sealed), len(sealed), {})

    assert [difference.page for difference in changed] == [2]
    assert changed[0].areas[0].height == pytest.approx(297, abs=1)


def test_a_place_is_found_on_a_turned_page() -> None:
    writer = PdfWriter(clone_from=BytesIO(typeset()))
    writer.pages[0].rotate(90)
    out = BytesIO()
    writer.write(out)
    turned = out.getvalue()
    forged = forgery.draw_on_page(turned, b"100 200 30 40 re f")

    assert len(PdfReader(BytesIO(forged)).pages) == 2
    assert differences(forged, len(turned), {0: [(99.0, 199.0, 131.0, 241.0)]}) == ()
    assert len(differences(forged, len(turned), {})) == 1


def test_what_cannot_be_drawn_is_told(desk: Desk, sealed: bytes) -> None:
    with pytest.raises(Undrawable):
        differences(sealed, 100, {})

    verdict = desk.verdict(forgery.stamp_page(sealed), full=True)
    codes = {f.code for one in verdict.signatures for f in one.findings}
    assert "signing.finding.looks_different" in codes
    assert verdict.modifications is Modifications.FORBIDDEN
