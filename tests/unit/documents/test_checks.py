import unicodedata

import pytest

from documents.checks import check
from documents.content import Circulation, Form, Urgency, normalised
from documents.finding import Severity
from documents.rules import rules
from kernel.words import sentence


def codes(content):
    findings = check(content, rules())
    for finding in findings:
        assert sentence(finding.code, "vi", **finding.facts)
        assert sentence(finding.code, "en", **finding.facts)
    return {(finding.rule, finding.code.removeprefix("documents.check.")) for finding in findings}


def decision_body(*texts):
    return [{"kind": "paragraph", "text": text} for text in texts]


@pytest.mark.parametrize("name", ["decision", "decision_issuing", "report", "letter"])
def test_a_well_made_draft_has_no_findings(compose, name):
    assert check(compose(name), rules()) == ()


def test_a_finding_names_field_severity_and_article(compose):
    (finding,) = check(compose("letter", addressees=[], to_places=["Lưu: VT, NC"]), rules())

    assert finding.rule == "F14"
    assert finding.severity is Severity.ERROR
    assert finding.place == "addressees"
    assert finding.article == "Phụ lục I, Phần I, II.9"


@pytest.mark.parametrize(
    ("changes", "found"),
    [
        ({"subject": ""}, ("F09", "subject_missing")),
        ({"subject": "Về việc thành lập Tổ công tác"}, ("F09", "subject_prefix_typed")),
        ({"subject": "thành lập Tổ công tác."}, ("F09", "subject_closed")),
        ({"subject": "thành lập " * 30}, ("F09", "subject_long")),
        ({"form": "1.4"}, ("F09", "form_of_other_type")),
        ({"type_name": "Quyết nghị"}, ("F07", "type_unknown")),
        ({"code_notation": "QyĐ-UBND"}, ("F07", "notation")),
        ({"code_notation": "QĐ - UBND"}, ("F07", "notation")),
        ({"code_notation": "2026/QĐ-UBND"}, ("F07", "notation")),
        ({"bases": []}, ("F10", "bases_missing")),
        ({"authority": ""}, ("F09", "authority_missing")),
        ({"addressees": ["Sở Nội vụ"]}, ("F14", "addressees_not_here")),
        ({"to_places": []}, ("F14", "to_places_missing")),
        ({"to_places": ["Như Điều 4", "Sở Nội vụ"]}, ("F14", "archive_line")),
        ({"to_places": ["Như trên", "Lưu: VT, NC"]}, ("F14", "first_line")),
        ({"body": []}, ("F11", "body_missing")),
    ],
)
def test_a_decision_with_a_fault_is_told_so(compose, changes, found):
    assert found in codes(compose("decision", **changes))


@pytest.mark.parametrize("notation", ["QĐ-UBND", "QĐ-TTg", "QĐ-VP.UBND", "QĐ-SNV-TCCB", "QĐ-H&T"])
def test_an_agencys_own_abbreviation_may_be_anything_short(compose, notation):
    assert ("F07", "notation") not in codes(compose("decision", code_notation=notation))


def test_a_letter_joins_agency_and_unit(compose):
    assert codes(compose("letter", code_notation="UBND-NC")) == set()
    assert codes(compose("letter", code_notation="UBND")) == {("F07", "notation")}


@pytest.mark.parametrize(
    ("basis", "code"),
    [
        ("Theo Luật Thanh tra", "basis_opening"),
        ("Căn cứ Luật Thanh tra ngày 25 tháng 6 năm 2025;", "basis_closed_by_hand"),
        ("Căn cứ Luật Tổ chức Chính phủ số 63/2025/QH15", "law_with_number"),
        ("Căn cứ Nghị định số 30/2020/NĐ-CP của Chính phủ", "basis_without_date"),
    ],
)
def test_a_basis_is_cited_as_the_decree_says(compose, basis, code):
    assert ("F10", code) in codes(compose("decision", bases=[basis]))


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("Theo điểm a khoản 2 điều 5 của Luật.", ("F16", "unit_lower_case")),
        ("Theo quy định tại chương IV của Luật.", ("F16", "unit_lower_case")),
        ("Theo quy định tại Khoản 2 Điều 5.", ("F16", "unit_upper_case")),
        ("Thực hiện quyết định số 12/QĐ-UBND.", ("F16", "type_lower_case")),
        ("Trước ngày 5 tháng 4 năm 2026.", ("F08", "date_not_padded")),
        ("Trước ngày 15 tháng 04 năm 2026.", ("F08", "date_not_padded")),
        ("Trước ngày 15 tháng 2 năm 2026.", ("F08", "date_not_padded")),
    ],
)
def test_a_citation_keeps_capitals_and_zeros(compose, text, found):
    assert codes(compose("report", body=decision_body(text))) == {found}


@pytest.mark.parametrize(
    "text",
    [
        "Căn cứ điểm a khoản 2 Điều 103 Mục 5 Chương XII Phần I của Bộ luật Hình sự.",
        "Khoản 1 Điều này không áp dụng. Điểm a khoản 2 cũng vậy.",
        "Chương trình số 12, điều hành 5 cơ quan, mục đích 2, một phần kinh phí.",
        "Ngày 09 tháng 01 năm 2026, ngày 10 tháng 11 năm 2026, ngày 30 tháng 4 năm 2026.",
    ],
)
def test_right_citations_are_left_alone(compose, text):
    assert codes(compose("report", body=decision_body(text))) == set()


@pytest.mark.parametrize(
    ("lines", "name", "code"),
    [
        (["KT CHỦ TỊCH", "PHÓ CHỦ TỊCH"], "Lê Hoàng Phúc", "competence_unknown"),
        (["P. GIÁM ĐỐC"], "Lê Hoàng Phúc", "competence_unknown"),
        (["KT. CHỦ TỊCH", "TM. ỦY BAN", "PHÓ CHỦ TỊCH"], "Lê Hoàng Phúc", "competence_order"),
        (["KT. CHỦ TỊCH"], "Lê Hoàng Phúc", "post_missing"),
        (["TM. ỦY BAN NHÂN DÂN"], "Lê Hoàng Phúc", "post_missing"),
        (["CHỦ TỊCH"], "TS. Lê Hoàng Phúc", "honour"),
        (["CHỦ TỊCH"], "Thạc sĩ Lê Hoàng Phúc", "honour"),
        ([], "Lê Hoàng Phúc", "signer_missing"),
        (["CHỦ TỊCH"], "", "signer_missing"),
    ],
)  # fmt: skip
def test_the_signers_block_is_looked_at(compose, lines, name, code):
    signature = {"competence_lines": lines, "full_name": name}

    assert codes(compose("decision", signature=signature)) == {("F13", code)}


@pytest.mark.parametrize(
    "lines",
    [
        ["CHỦ TỊCH"],
        ["Q. GIÁM ĐỐC"],
        ["TM. ỦY BAN NHÂN DÂN", "KT. CHỦ TỊCH", "PHÓ CHỦ TỊCH"],
        ["TL. CHỦ TỊCH", "KT. CHÁNH VĂN PHÒNG", "PHÓ CHÁNH VĂN PHÒNG"],
        ["TUQ. CHỦ TỊCH", "GIÁM ĐỐC SỞ NỘI VỤ"],
    ],
)
def test_every_way_of_signing_in_the_decree_passes(compose, lines):
    signature = {"competence_lines": lines, "full_name": "Lê Hoàng Phúc"}

    assert codes(compose("decision", signature=signature)) == set()


POINT = {"kind": "point", "text": "b"}


def heading(kind, title="Tiêu đề"):
    return {"kind": kind, "title": title}


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ([heading("chapter", "")], "untitled"),
        ([heading("section")], "misplaced"),
        ([heading("chapter"), heading("subsection")], "misplaced"),
        ([{"kind": "article", "title": "Một."}, POINT], "misplaced"),
        ([{"kind": "article", "title": "Một."}, heading("chapter")], "outside_chapter"),
        ([{"kind": "clause", "text": ""}], "empty"),
        ([{"kind": "clause", "text": "a:"}, *[POINT] * 24], "too_many_points"),
    ],
)  # fmt: skip
def test_the_order_of_parts_is_looked_at(compose, body, code):
    assert codes(compose("decision", body=body)) == {("F11", code)}


def test_an_untitled_article_is_only_noted_and_only_in_an_issued_text(compose):
    issued = compose("decision_issuing").issued_text.model_dump()
    issued["body"] = [{"kind": "article", "title": "Quy chế này có hiệu lực."}]

    (finding,) = check(compose("decision_issuing", issued_text=issued), rules())

    assert finding.code == "documents.check.article_untitled"
    assert finding.severity is Severity.INFO
    assert finding.place == "issued_text.body"


def test_a_decision_that_issues_needs_its_text_and_says_so_in_its_subject(compose):
    found = codes(compose("decision_issuing", issued_text=None, subject="Quy chế làm việc"))

    assert found == {("F09", "issued_text_missing"), ("F09", "subject_issues_nothing")}


def test_letters_typed_apart_from_their_marks_are_found_and_mended(compose):
    apart = compose("report", subject=unicodedata.normalize("NFD", "Kết quả quý I"))

    assert codes(apart) == {("F02", "not_precomposed")}
    assert codes(normalised(apart)) == set()


def test_every_urgency_and_circulation_has_its_mark():
    assert rules().urgency.keys() == {u.value for u in Urgency} - {"normal"}
    assert rules().circulation.keys() == {c.value for c in Circulation} - {"open"}
    assert {form for kind in rules().types for form in kind.forms} == set(Form)
