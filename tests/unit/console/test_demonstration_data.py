"""The demonstration province agrees with itself and with the rules of the office."""

import unicodedata
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
import yaml
from pydantic import ValidationError

import console.demonstration.data as demonstration
from console.demonstration.coherence import of_draft
from console.demonstration.data import Agency, Province, draft, draft_names, province
from documents.content import Form
from kernel.errors import NotFound
from workflow.models.organisation import PostRole
from workflow.models.registers import SeriesDirection

FOLDER = Path(demonstration.__file__).parent


@pytest.fixture
def raw() -> dict[str, Any]:
    return yaml.safe_load((FOLDER / "province.yaml").read_text("utf-8"))


def named(things: list[dict[str, Any]], key: str, field: str = "key") -> dict[str, Any]:
    return next(thing for thing in things if thing[field] == key)


def open_agencies() -> list[Agency]:
    return [agency for agency in province().agencies if agency.valid_to is None]


@pytest.mark.parametrize("agency", open_agencies(), ids=lambda agency: agency.key)
def test_every_open_agency_can_draft_check_sign_number_and_receive(agency: Agency):
    held = {h.post for person in province().people for h in person.posts if h.valid_to is None}

    posts = [post for post in province().posts if post.agency == agency.key]

    assert {post.role for post in posts} >= {
        PostRole.DRAFTER,
        PostRole.UNIT_HEAD,
        PostRole.FORM_CHECKER,
        PostRole.LEADER,
        PostRole.CLERK,
    }
    assert {post.key for post in posts} <= held
    assert {series.direction for series in agency.series} == set(SeriesDirection)


def test_hau_giang_is_closed_and_can_tho_takes_over_the_next_day():
    for key in ("hau-giang", "hau-giang-bdt"):
        closed = province().agency(key)

        successor = province().agency(closed.successor)

        assert closed.valid_to == date(2025, 6, 30)
        assert successor.valid_from == closed.valid_to + timedelta(days=1)
        assert "Cần Thơ" in successor.name
        assert not closed.overlaps(successor)


def test_the_published_codes_lead_to_their_agencies():
    codes = {
        (identifier.scheme, identifier.code): agency.key
        for agency in province().agencies
        for identifier in agency.identifiers
    }

    assert codes["qd20", "H13"] == "ubnd"
    assert codes["qd20", "H30"] == "hau-giang"
    assert codes["legacy13", "000.00.00.H30"] == "hau-giang"


def test_one_clerk_keeps_the_seals_of_the_ubnd_and_of_its_office():
    clerk = province().person("vanthu")

    posts = [province().post(holding.post) for holding in clerk.posts]

    assert {(post.agency, post.role) for post in posts} == {
        ("ubnd", PostRole.CLERK),
        ("van-phong", PostRole.CLERK),
    }


def test_in_ninh_kieu_the_drafter_heads_the_unit_and_another_can_answer_for_the_content():
    person = province().person("ninhkieu.truongphong")

    posts = [province().post(holding.post) for holding in person.posts]
    others = [
        post
        for post in province().posts
        if post.unit == posts[0].unit and post.agency == "ninh-kieu" and post not in posts
    ]

    assert {post.role for post in posts} == {PostRole.DRAFTER, PostRole.UNIT_HEAD}
    assert PostRole.UNIT_DEPUTY in {post.role for post in others}


def test_the_block_of_a_deputy_ends_with_the_deputys_own_title():
    for post in province().posts:
        for competence, lines in post.competence_lines.items():
            assert lines[-1].startswith(post.printed_title), (post.key, competence)
            assert competence in {"", "TM."} or lines[-1] == lines[-1].upper()


def test_every_text_is_precomposed_unicode():
    for file in FOLDER.rglob("*.yaml"):
        text = file.read_text("utf-8")

        assert unicodedata.is_normalized("NFC", text), file.name


def appoint(username: str, post: str):
    def change(raw: dict[str, Any]) -> None:
        holding = {"post": post, "valid_from": date(2026, 1, 1)}
        named(raw["people"], username, "username")["posts"].append(holding)

    return change


def put(section: str, key: str, field: str, value: object):
    def change(raw: dict[str, Any]) -> None:
        named(raw[section], key)[field] = value

    return change


def remove(section: str, key: str):
    def change(raw: dict[str, Any]) -> None:
        raw[section].remove(named(raw[section], key))

    return change


def dismiss(username: str):
    def change(raw: dict[str, Any]) -> None:
        raw["people"].remove(named(raw["people"], username, "username"))

    return change


def identify(agency: str, **changes: object):
    def change(raw: dict[str, Any]) -> None:
        named(raw["agencies"], agency)["identifiers"][0] |= changes

    return change


FAULTS = {
    "a clerk who also signs": (appoint("vanthu", "ubnd.chu-tich"), "must not meet"),
    "two people in one post": (appoint("stc.vanthu", "snv.van-thu"), "at one time"),
    "a post that nobody made": (appoint("vanthu", "ubnd.thu-kho"), "no post ubnd.thu-kho"),
    "a post in a closed agency": (
        appoint("vanthu", "hau-giang-bdt.chuyen-vien"),
        "when hau-giang-bdt does not exist",
    ),
    "an agency without clerk": (dismiss("cairang.vanthu"), "cai-rang has no clerk"),
    "an agency without head": (dismiss("snv.giamdoc"), "snv has one head"),
    "a leader without key": (
        lambda raw: named(raw["people"], "chutich", "username").update(has_key=False),
        "who signs has a key",
    ),
    "a closed agency without successor": (
        put("agencies", "hau-giang", "successor", None),
        "has a successor",
    ),
    "a successor that begins too late": (
        put("agencies", "hau-giang", "valid_to", date(2025, 6, 28)),
        "does not take over on 2025-06-29",
    ),
    "an unknown parent": (put("agencies", "snv", "parent", "trung-uong"), "no parent trung-uong"),
    "an agency that ends before it begins": (
        put("agencies", "xuan-khanh", "valid_to", date(2003, 1, 1)),
        "before it begins",
    ),
    "a malformed code": (identify("snv", code="h13.2"), "is not a code of qd20"),
    "a code of two agencies": (identify("snv", code="H13.03"), "code qd20 H13.03 stands twice"),
    "a code older than its agency": (
        identify("snv", valid_from=date(2020, 9, 15)),
        "when it does not exist",
    ),
    "a unit of another agency": (put("posts", "stc.van-thu", "unit", "ton-giao"), "no unit"),
    "thừa lệnh without a paper": (
        remove("delegations", "thua-lenh-chanh-van-phong"),
        "no paper lets it sign TL.",
    ),
    "thừa ủy quyền without end": (
        put("delegations", "uy-quyen-noi-vu", "valid_to", None),
        "an authorisation ends",
    ),
    "two series for one type": (
        lambda raw: named(raw["agencies"], "ubnd")["series"].append(
            {"key": "qd", "direction": "outgoing", "name": "QĐ", "types": ["QĐ"], "starts_at": 1}
        ),
        "two outgoing series for QĐ",
    ),
    "a group of nobody": (put("groups", "cac-so", "members", ["syt"]), "no agency syt"),
    "an unknown word": (put("agencies", "snv", "fax", "0292"), "Extra inputs"),
}


@pytest.mark.parametrize(("change", "told"), FAULTS.values(), ids=FAULTS)
def test_a_fault_in_the_province_is_named(raw: dict[str, Any], change: Any, told: str):
    change(raw)

    with pytest.raises(ValidationError, match=told):
        Province.model_validate(raw)


def test_a_person_may_follow_another_in_a_post(raw: dict[str, Any]):
    named(raw["people"], "stc.vanthu", "username")["posts"][0]["valid_to"] = date(2025, 12, 31)
    appoint("stc.kiemtra", "stc.van-thu")(raw)

    assert Province.model_validate(raw)


def test_the_prepared_drafts_show_every_form_and_four_ways_of_signing():
    drafts = [draft(name) for name in draft_names()]

    assert {d.form for d in drafts} == set(Form)
    assert {d.competence for d in drafts} == {"", "TM.", "TM.KT.", "TL."}
    assert {d.urgency for d in drafts} >= {"normal", "urgent"}


@pytest.mark.parametrize("name", draft_names())
def test_a_prepared_draft_ends_its_recipients_with_the_archive_line(name: str):
    prepared = draft(name)

    unit = province().agency(prepared.agency).unit(prepared.unit)

    assert prepared.to_places[-1] == f"Lưu: VT, {unit.symbol}"
    assert prepared.to_places[0].startswith("Như trên" if prepared.addressees else "Như Điều")
    assert not any(basis.endswith((";", ".")) for basis in prepared.bases)


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({"agency": "hau-giang"}, "closed"),
        ({"unit": "ton-giao"}, "no unit ton-giao"),
        ({"drafter": "chutich"}, "does not draft"),
        ({"drafter": "nobody"}, "does not draft"),
        ({"signer": "ubnd.chu-tich"}, "does not sign 'TM.KT.'"),
        ({"signer": "vi-thuy.pho-chu-tich"}, "is not of ubnd"),
        ({"deliveries": ("ubnd",)}, "delivery to ubnd"),
        ({"form": Form.DECISION_ISSUING}, "issued text"),
        ({"form": Form.LETTER}, "Kính gửi"),
    ],
)
def test_a_fault_in_a_draft_is_named(change: dict[str, Any], told: str):
    faulty = draft("support-plan").model_copy(update=change)

    assert told in "; ".join(of_draft(faulty, province()))


def test_an_unknown_draft_is_told_with_the_names_there_are():
    with pytest.raises(NotFound) as refused:
        draft("../province")

    assert refused.value.code == "demonstration.draft_unknown"
    assert "support-plan" in str(refused.value.facts["names"])
