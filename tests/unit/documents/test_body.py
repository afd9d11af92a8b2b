import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from documents.body import parse, write
from documents.content import Article, Clause, Heading, Paragraph, Point
from kernel.errors import Refused

BEGINNINGS = [
    "Phần I", "Phần 2:", "CHƯƠNG II", "Chương I.", "Mục 1", "Tiểu mục 3", "Mục 1 của Luật",
    "I.", "IX.", "Điều 1.", "Điều 12:", "Điều 3", "1.", "27.", "1.500", "a)", "đ)", "A)", "- ",
]  # fmt: skip
WORDS = ["Quy định chung", "phạm vi điều chỉnh;", "QUY ĐỊNH", "", "a) b", "1. 2.", "như sau:", "Ừ."]
typed_lines = st.one_of(
    st.builds(
        lambda *parts: "".join(parts),
        st.sampled_from(["", "  ", "\t"]),
        st.sampled_from(BEGINNINGS),
        st.sampled_from(["", " ", "  "]),
        st.sampled_from(WORDS),
    ),
    st.sampled_from(WORDS),
    st.text(max_size=40),
)
typed_texts = st.lists(typed_lines, max_size=12).map("\n".join)


@given(typed_texts)
def test_what_was_read_is_read_the_same_from_what_is_written(text):
    blocks = parse(text)

    assert parse(write(blocks)) == blocks


@given(
    st.lists(
        st.tuples(
            st.sampled_from(["Điều 7. ", "Điều 7: ", "3. ", "c) ", "II. ", "Chương V. ", ""]),
            st.sampled_from(["Quy định chung", "phạm vi điều chỉnh;", "như sau:", "Ừ.", "a b c"]),
        )
    )
)
def test_no_typed_word_is_lost_or_moved(lines):
    blocks = parse("\n".join(beginning + words for beginning, words in lines))

    assert [block.words for block in blocks] == [words for _, words in lines]
    written = write(blocks).splitlines()
    assert all(line.endswith(words) for (_, words), line in zip(lines, written, strict=True))


def test_a_regulation_is_read_as_chapters_articles_clauses_and_points():
    typed = """
    Chương I
    QUY ĐỊNH CHUNG

    Điều 1. Phạm vi điều chỉnh
    1. Quy chế này quy định:
    a) Việc gửi văn bản;
    đ) Việc nhận văn bản.
    Mục 1. Gửi văn bản
    Điều 7: Quyết định này có hiệu lực kể từ ngày ký.
    """

    assert parse(typed) == (
        Heading(kind="chapter", title="QUY ĐỊNH CHUNG"),
        Article(title="Phạm vi điều chỉnh", titled=True),
        Clause(text="Quy chế này quy định:"),
        Point(text="Việc gửi văn bản;"),
        Point(text="Việc nhận văn bản."),
        Heading(kind="section", title="Gửi văn bản"),
        Article(title="Quyết định này có hiệu lực kể từ ngày ký."),
    )


def test_the_system_gives_the_numbers():
    typed = "Điều 5. Một:\n7. Hai.\n9. Ba.\nd) Bốn.\nĐiều 5. Năm."

    assert write(parse(typed)) == "Điều 1. Một:\n1. Hai.\n2. Ba.\na) Bốn.\nĐiều 2. Năm."


@pytest.mark.parametrize(
    ("typed", "titled"),
    [
        ("1. Gửi văn bản điện tử\nToàn thành phố đã gửi 84.512 văn bản.", True),
        ("1. Gửi văn bản điện tử\na) Khối sở;", True),
        ("1. Gửi văn bản điện tử:\na) Khối sở;", False),
        ("1. Gửi văn bản điện tử\n2. Nhận văn bản điện tử", False),
        ("1. Gửi văn bản điện tử", False),
        (f"1. {'Gửi văn bản ' * 20}\na) Khối sở;", False),
        ("Điều 1. Phạm vi\n1. Quy chế này quy định.", True),
        ("Điều 1. Phạm vi\nQuy chế này quy định.", True),
        ("Điều 1. Thành lập Tổ công tác gồm:\n1. Ông A.", False),
        ("Điều 1. Phạm vi\nĐiều 2. Đối tượng", False),
    ],
)
def test_a_short_line_without_a_closing_mark_and_with_more_below_is_a_title(typed, titled):
    assert parse(typed)[0].titled is titled


@pytest.mark.parametrize(
    "sentence",
    [
        "Mục 1 của Luật này quy định như sau",
        "Phần vốn góp của các bên",
        "Điều 5 của Luật này quy định",
        "1.500 đồng một tờ",
        "Chương trình hành động",
        "2026 là năm đầu tiên",
        "- Gạch đầu dòng",
        "A) Không phải điểm",
    ],
)
def test_a_sentence_that_only_looks_numbered_stays_a_paragraph(sentence):
    assert parse(sentence) == (Paragraph(text=sentence),)


def test_letters_typed_apart_from_their_marks_are_understood():
    typed = unicodedata.normalize("NFD", "Điều 1. Phạm vi")

    assert parse(typed) == (Article(title="Phạm vi"),)


def test_control_characters_from_a_paste_are_dropped():
    assert parse("Nội\x07 dung\tkhác\x00") == (Paragraph(text="Nội dung khác"),)


def test_a_line_too_long_is_refused_by_its_number():
    with pytest.raises(Refused) as refusal:
        parse("Ngắn.\n" + "dài " * 6000)

    assert refusal.value.facts == {"line": 2}
