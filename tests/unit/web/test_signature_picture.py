"""The leader's own signature image: prepared, looked at, and only then in use."""

import io
from collections.abc import Callable

from PIL import Image, ImageDraw

from kernel.words import sentence
from tests.office import Desks
from tests.unit.web.conftest import Browser
from workflow.models import JournalLine, Person

SignIn = Callable[[str], Browser]
ADDRESS = "/hinh-chu-ky/chu-ky"


def drawing() -> tuple[io.BytesIO, str]:
    sheet = Image.new("L", (900, 500), 240)
    ImageDraw.Draw(sheet).line([(200, 350), (450, 120), (700, 350)], fill=30, width=9)
    out = io.BytesIO()
    sheet.save(out, "PNG")
    return io.BytesIO(out.getvalue()), "chữ ký.png"


def picture_of(desks: Desks, username: str) -> str | None:
    with desks.office.sessions() as session:
        return session.get_one(Person, desks.person(username)).signature_picture


def test_an_uploaded_signature_is_used_only_after_it_was_looked_at(
    desks: Desks, signed_in: SignIn
) -> None:
    before = picture_of(desks, "phochutich")
    leader = signed_in("phochutich")
    leader.open(ADDRESS)

    leader.send(ADDRESS, image=drawing())
    leader.open(ADDRESS)
    waiting = leader.open(f"{ADDRESS}/cho-dung.png").data

    assert picture_of(desks, "phochutich") == before
    assert Image.open(io.BytesIO(waiting)).mode == "RGBA"
    leader.send(f"{ADDRESS}/dung")
    now = picture_of(desks, "phochutich")
    assert now != before
    assert desks.office.artifacts.get(now or "") == waiting
    with desks.office.sessions() as session:
        line = session.query(JournalLine).filter_by(action="change_signature_picture").one()
    assert (line.actor_name, line.facts) == (
        "Trần Thị Ngọc Hạnh",
        {"kind": "signature", "sha256": now},
    )


def test_what_is_no_image_is_refused_with_its_sentence(signed_in: SignIn) -> None:
    leader = signed_in("phochutich")
    leader.open(ADDRESS)

    answer = leader.send(ADDRESS, image=(io.BytesIO(b"%PDF-1.7"), "chu-ky.png"))

    assert answer.status_code == 422
    assert sentence("documents.unreadable_image") in leader.page


def test_nothing_that_was_not_prepared_here_is_taken_into_use(
    desks: Desks, signed_in: SignIn
) -> None:
    before = picture_of(desks, "chutich")
    leader = signed_in("chutich")
    leader.open(ADDRESS)

    answer = leader.send(f"{ADDRESS}/dung", sha256=picture_of(desks, "phochutich"))

    assert answer.status_code == 422
    assert picture_of(desks, "chutich") == before


def test_a_picture_that_waits_can_be_discarded(signed_in: SignIn) -> None:
    leader = signed_in("phochutich")
    leader.open(ADDRESS)
    leader.send(ADDRESS, image=drawing())

    leader.send(f"{ADDRESS}/bo")

    assert leader.open(f"{ADDRESS}/cho-dung.png").status_code == 404


def test_who_signs_nothing_has_no_signature_image(signed_in: SignIn) -> None:
    assert signed_in("chuyenvien").open(ADDRESS).status_code == 403
    assert signed_in("truongphong").open(ADDRESS).status_code == 403


def test_a_reviewer_has_initials_of_their_own(desks: Desks, signed_in: SignIn) -> None:
    head = signed_in("truongphong")
    head.open("/hinh-chu-ky/ky-nhay")
    head.send("/hinh-chu-ky/ky-nhay", image=drawing())

    head.send("/hinh-chu-ky/ky-nhay/dung")

    with desks.office.sessions() as session:
        person = session.get_one(Person, desks.person("truongphong"))
    assert person.initials_picture
    assert person.signature_picture is None
