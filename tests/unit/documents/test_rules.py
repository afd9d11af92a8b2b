import tomllib

import pytest

from documents.content import Form
from documents.rules import rules
from kernel.errors import NotFound
from kernel.settings import ROOT
from kernel.words import sentence


def test_all_types_of_the_decree_are_there_with_their_abbreviations():
    kinds = {kind.abbreviation: kind.name for kind in rules().types if kind.abbreviation}

    assert len(rules().types) == 29
    assert len(kinds) == 27
    assert (kinds["QĐ"], kinds["QyĐ"], kinds["CT"], kinds["CTr"]) == (
        "Quyết định",
        "Quy định",
        "Chỉ thị",
        "Chương trình",
    )
    assert (kinds["TC"], kinds["TTr"], kinds["HĐ"], kinds["HD"]) == (
        "Thông cáo",
        "Tờ trình",
        "Hợp đồng",
        "Hướng dẫn",
    )


def test_codes_are_unique():
    codes = [kind.code for kind in rules().types]

    assert len(set(codes)) == len(codes)


def test_a_letter_prints_no_abbreviation_and_needs_recipients():
    letter = rules().document_type("CV")

    assert letter.abbreviation == ""
    assert letter.forms == (Form.LETTER,)
    assert letter.addressees == "required"


def test_only_reports_and_submissions_go_to_a_superior():
    upward = {kind.code for kind in rules().types if kind.addressees == "to_superior"}

    assert upward == {"BC", "TTr"}


def test_what_we_set_lies_within_what_the_decree_allows():
    page = rules().page

    for side in ("top", "bottom", "left", "right"):
        low, high = getattr(page, f"{side}_range")
        assert low <= getattr(page, side) <= high
    for style in rules().styles.values():
        assert style.sizes[0] <= style.size <= style.sizes[1]
    assert sum((rules().columns.left, rules().columns.right)) == 210 - page.left - page.right
    assert rules().paragraph.indent in (10, 12.7)
    assert rules().paragraph.space >= 6
    assert 1 <= rules().paragraph.line_spacing <= 1.5


@pytest.mark.parametrize("name", ["nd30-2099", "../content", "../rules/nd30-2020", ""])
def test_an_unknown_rule_set_is_not_found(name):
    with pytest.raises(NotFound):
        rules(name)


def test_every_sentence_stands_in_both_languages():
    folder = ROOT / "templates" / "messages"
    vietnamese, english = (
        tomllib.loads((folder / locale / "documents.toml").read_text("utf-8"))
        for locale in ("vi", "en")
    )

    assert vietnamese.keys() == english.keys()
    for code, text in vietnamese.items():
        facts = {part.split("}")[0] for part in text.split("{")[1:]}
        assert facts == {part.split("}")[0] for part in english[code].split("{")[1:]}
        assert sentence(code, **dict.fromkeys(facts, "x"))
