import pytest

from documents.content import Article, Clause, Heading, Paragraph, Point
from documents.numbering import letter, numbered, roman
from documents.rules import rules


def labels(*blocks):
    return [item.label for item in numbered(blocks, rules())]


@pytest.mark.parametrize(
    ("number", "text"), [(1, "I"), (4, "IV"), (9, "IX"), (14, "XIV"), (40, "XL"), (89, "LXXXIX")]
)
def test_parts_and_chapters_take_roman_numerals(number, text):
    assert roman(number) == text


def test_points_follow_the_vietnamese_alphabet():
    letters = [letter(n, rules().point_letters) for n in range(1, 24)]

    assert "".join(letters) == "abcdđeghiklmnopqrstuvxy"


def test_articles_count_through_all_chapters_and_clauses_within_an_article():
    chapter, article = Heading(kind="chapter", title="A"), Article(title="B")
    clause, point = Clause(text="c"), Point(text="d")

    assert labels(
        chapter, article, clause, point, point, clause, point, chapter, article, clause
    ) == [
        "Chương I",
        "Điều 1.",
        "1.",
        "a)",
        "b)",
        "2.",
        "a)",
        "Chương II",
        "Điều 2.",
        "1.",
    ]


def test_sections_count_within_a_chapter_and_subsections_within_a_section():
    chapter = Heading(kind="chapter", title="A")
    section = Heading(kind="section", title="B")
    subsection = Heading(kind="subsection", title="C")

    assert labels(chapter, section, subsection, section, subsection, chapter, section) == [
        "Chương I",
        "Mục 1",
        "Tiểu mục 1",
        "Mục 2",
        "Tiểu mục 1",
        "Chương II",
        "Mục 1",
    ]


def test_clauses_count_within_a_roman_heading_and_a_paragraph_changes_nothing():
    heading = Heading(kind="roman", title="A")
    clause, paragraph = Clause(text="b"), Paragraph(text="c")

    assert labels(heading, clause, paragraph, clause, heading, clause) == [
        "I.",
        "1.",
        "",
        "2.",
        "II.",
        "1.",
    ]
