import io
import subprocess
import unicodedata

import pytest
from pypdf import PdfReader

from documents.content import Form
from documents.fonts import PACKAGED, Fonts
from documents.typeset import Typesetter
from kernel.errors import Refused, Unavailable
from tests.unit.documents.reading import (
    bright_red_of,
    find,
    flat_text_of,
    ink_of,
    lines_of,
    qpdf_complaints,
    size_of,
    text_of,
)

SAMPLES = ("decision", "decision_issuing", "report", "letter")
LETTERS = "aăâbcdđeêghiklmnoôơpqrstuưvxyfjwz"
TONES = ("", "\u0300", "\u0309", "\u0303", "\u0301", "\u0323")
VOWELS = set("aăâeêioôơuưy")
SENTENCE = "Thủ trưởng các cơ quan, đơn vị có liên quan chịu trách nhiệm thi hành Quyết định này. "


def every_letter():
    lower = [
        unicodedata.normalize("NFC", letter + tone)
        for letter in LETTERS[:-4]
        for tone in (TONES if letter in VOWELS else ("",))
    ]
    return lower + [letter.upper() for letter in lower]


def paragraphs(count):
    return [{"kind": "paragraph", "text": f"Đoạn {n}. {SENTENCE * 2}"} for n in range(count)]


@pytest.mark.parametrize("name", SAMPLES)
def test_a_page_is_sound_archivable_and_tells_its_language(typesetter, compose, tmp_path, name):
    made = typesetter.typeset(compose(name))

    assert qpdf_complaints(made.pdf, tmp_path) == ""
    assert b"<pdfaid:part>2</pdfaid:part>" in made.pdf
    assert b"<pdfaid:conformance>A</pdfaid:conformance>" in made.pdf
    assert PdfReader(io.BytesIO(made.pdf)).trailer["/Root"]["/Lang"] == "vi-VN"
    assert b"pdfuaid" not in made.pdf


def test_a_screen_reader_finds_title_and_articles_as_headings(typesetter, compose, tmp_path):
    file = tmp_path / "page.pdf"
    file.write_bytes(typesetter.typeset(compose("decision_issuing")).pdf)

    tree = subprocess.run(
        ["pdfinfo", "-struct", str(file)], capture_output=True, check=True
    ).stdout.decode(errors="replace")
    outline = [str(item.title) for item in _flat(PdfReader(file).outline)]

    kinds = [line.split()[0] for line in tree.splitlines() if line.split()[0][0] == "H"]
    assert kinds[:4] == ["H1", "H1", "H2", "H3"]
    assert outline[0].startswith("QUYẾT ĐỊNH Ban hành Quy chế gửi, nhận")
    assert outline[1:4] == [
        "QUY CHẾ Gửi, nhận và xử lý văn bản điện tử trên địa bàn thành phố Cần Thơ",
        "Chương I Quy định chung",
        "Điều 1. Phạm vi điều chỉnh và đối tượng áp dụng",
    ]


def _flat(outline):
    for item in outline:
        yield from _flat(item) if isinstance(item, list) else [item]


@pytest.mark.parametrize("name", SAMPLES)
def test_every_font_is_embedded_and_stands_for_times_new_roman(typesetter, compose, tmp_path, name):
    file = tmp_path / "page.pdf"
    file.write_bytes(typesetter.typeset(compose(name)).pdf)

    table = subprocess.run(["pdffonts", str(file)], capture_output=True, check=True, text=True)

    rows = table.stdout.splitlines()[2:]
    assert rows
    assert all("Tinos" in row or "TimesNewRoman" in row for row in rows)
    assert all(row.split()[-5] == "yes" for row in rows)


@pytest.mark.parametrize("name", SAMPLES)
def test_text_keeps_the_margins_of_the_decree(typesetter, compose, name):
    made = typesetter.typeset(compose(name, circulation="open"))

    for page in range(made.pages):
        left, top, right, bottom = ink_of(made.pdf, page)
        assert left >= 29.5
        assert top >= 19.5
        assert right <= 195.5
        assert bottom <= 277.5


def test_the_head_of_a_decision_stands_where_the_drawing_puts_it(typesetter, compose):
    pdf = typesetter.typeset(compose("decision")).pdf

    nation = find(pdf, "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM")
    motto = find(pdf, "Độc lập - Tự do - Hạnh phúc")
    issuer = find(pdf, "THÀNH PHỐ CẦN THƠ")
    number = find(pdf, "Số:")
    place = find(pdf, "Cần Thơ,")

    assert nation.middle == pytest.approx(145, abs=1)
    assert motto.middle == pytest.approx(145, abs=1)
    assert issuer.middle == pytest.approx(62.5, abs=1)
    assert nation.top == pytest.approx(20, abs=1)
    assert number.bottom == pytest.approx(place.bottom, abs=1)
    assert size_of(pdf, "Số:") == 13
    assert size_of(pdf, "Cần Thơ,") == 14
    assert size_of(pdf, "Quyết định này có hiệu lực", page=1) == 14


def test_rules_have_the_lengths_of_the_decree(typesetter, compose):
    pdf = typesetter.typeset(compose("report")).pdf

    rules = lines_of(pdf)
    motto = find(pdf, "Độc lập - Tự do - Hạnh phúc")
    issuer = find(pdf, "SỞ NỘI VỤ")
    subject = find(pdf, "Kết quả gửi, nhận và xử lý văn bản điện tử quý I năm 2026")

    def under(text):
        return min(
            rules,
            key=lambda rule: abs(rule[2] - text.bottom) + abs(sum(rule[:2]) / 2 - text.middle),
        )

    left, right, _ = under(motto)
    assert right - left == pytest.approx(motto.right - motto.left, rel=0.02)
    for text in (issuer, subject):
        left, right, top = under(text)
        assert 1 / 3 <= (right - left) / (text.right - text.left) <= 1 / 2
        assert (left + right) / 2 == pytest.approx(text.middle, abs=0.5)
        assert 0 < top - text.bottom < 3


def test_the_number_has_its_place_right_against_the_slash(typesetter, compose):
    made = typesetter.typeset(compose("decision"))
    place = made.places["CodeNumber"]

    slash = find(made.pdf, "/QĐ-UBND")
    word = find(made.pdf, "Số:")

    assert place.page == 0
    assert place.x + place.width == pytest.approx(slash.left, abs=0.3)
    assert word.right < place.x < word.right + 3
    assert place.width > 4 * 13 / 2 * 25.4 / 72


def test_the_date_has_its_place_after_the_comma_under_the_motto(typesetter, compose):
    made = typesetter.typeset(compose("decision"))
    place = made.places["IssuedDate"]

    comma = find(made.pdf, "Cần Thơ,")
    motto = find(made.pdf, "Độc lập - Tự do - Hạnh phúc")

    assert comma.right < place.x < comma.right + 2
    assert (comma.left + place.x + place.width) / 2 == pytest.approx(motto.middle, abs=1)
    assert place.y < comma.bottom < place.y + place.height + 1


def test_a_long_place_name_still_leaves_the_date_on_its_line(typesetter, compose):
    made = typesetter.typeset(compose("decision", place_name="Thành phố Hồ Chí Minh"))
    place = made.places["IssuedDate"]

    name = find(made.pdf, "Thành phố Hồ Chí Minh,")

    assert size_of(made.pdf, "Thành phố Hồ Chí Minh,") == 13
    assert place.y < name.bottom < place.y + place.height + 1
    assert place.x + place.width <= 195.5


def test_the_seal_covers_the_left_third_of_the_signature(typesetter, compose):
    places = typesetter.typeset(compose("decision"), seal=38).places
    signature, seal = places["SignerSignature"], places["AgencySeal"]

    covered = (seal.x + seal.width - signature.x) / signature.width

    assert (signature.width, signature.height) == (50, 25)
    assert (seal.width, seal.height) == (38, 38)
    assert covered == pytest.approx(1 / 3, abs=0.01)
    assert seal.y + seal.height / 2 == pytest.approx(signature.y + signature.height / 2, abs=0.1)


def test_the_signature_stands_between_the_post_and_the_name(typesetter, compose):
    made = typesetter.typeset(compose("decision"))
    place = made.places["SignerSignature"]

    post = find(made.pdf, "PHÓ CHỦ TỊCH", place.page)
    name = find(made.pdf, "Lê Hoàng Phúc", place.page)
    recipients = find(made.pdf, "Nơi nhận:", place.page)

    assert post.bottom <= place.y
    assert place.y + place.height <= name.top + 0.5
    assert name.top - post.bottom == pytest.approx(30, abs=1)
    assert place.x + place.width / 2 == pytest.approx(name.middle, abs=1)
    assert recipients.left == pytest.approx(30, abs=1)
    assert size_of(made.pdf, "Nơi nhận:", place.page) == 12
    assert size_of(made.pdf, "Như Điều 4", place.page) == 11


@pytest.mark.parametrize("count", range(9))
@pytest.mark.parametrize("last", ["Chịu trách nhiệm thi hành.", SENTENCE * 2, SENTENCE * 40])
def test_the_signature_never_stands_on_a_page_without_two_lines_of_text(
    typesetter, compose, count, last
):
    body = [*paragraphs(count), {"kind": "paragraph", "text": last}]

    made = typesetter.typeset(compose("decision", body=body))

    place = made.places["SignerSignature"]
    lines = text_of(made.pdf, "-layout", "-f", str(place.page + 1)).split("KT. CHỦ TỊCH")[0]
    words = [line for line in lines.splitlines() if len(line.strip()) > 3]
    assert len([line for line in words if "Nơi nhận" not in line]) >= 2


def test_a_long_text_takes_three_pages_and_numbers_all_but_the_first(typesetter, compose):
    made = typesetter.typeset(compose("letter", body=paragraphs(26)))

    pages = [text_of(made.pdf, "-f", str(n), "-l", str(n)).split() for n in (1, 2, 3)]

    assert made.pages == 3
    assert pages[0][0] != "1"
    assert pages[1][0] == "2"
    assert pages[2][0] == "3"
    number = find(made.pdf, "2", page=1)
    assert number.middle == pytest.approx(112.5, abs=1)
    assert number.bottom < 20


def test_the_issued_text_follows_in_the_same_file_with_its_own_numbers(typesetter, compose):
    made = typesetter.typeset(compose("decision_issuing"))

    second = text_of(made.pdf, "-f", "2", "-l", "2")
    third = text_of(made.pdf, "-f", "3", "-l", "3")

    assert made.places["SignerSignature"].page == 0
    assert "QUY CHẾ" in second
    assert "Số:" not in second
    assert "Kèm theo Quyết định số" in " ".join(second.split())
    assert "của Ủy ban nhân dân thành phố Cần Thơ)" in " ".join(second.split())
    assert third.split()[0] == "2"


def test_system_numbers_are_printed_before_articles_clauses_and_points(typesetter, compose):
    text = flat_text_of(typesetter.typeset(compose("decision")).pdf)

    assert "Điều 2. Tổ công tác có nhiệm vụ:" in text
    assert "2. Hướng dẫn các cơ quan, đơn vị: a) Ký số" in text
    assert "3. Báo cáo kết quả" in text
    assert "thi hành Quyết định này./." in text


def test_a_direct_decision_says_about_what_and_an_issuing_one_does_not(typesetter, compose):
    direct = flat_text_of(typesetter.typeset(compose("decision")).pdf)
    issuing = flat_text_of(typesetter.typeset(compose("decision_issuing")).pdf)

    assert "QUYẾT ĐỊNH Về việc thành lập Tổ công tác" in direct
    assert "QUYẾT ĐỊNH Ban hành Quy chế" in issuing


def test_bases_close_with_semicolons_and_the_last_with_a_full_stop(typesetter, compose):
    text = flat_text_of(typesetter.typeset(compose("decision")).pdf)

    assert "ngày 16 tháng 6 năm 2025; Căn cứ Nghị định" in text
    assert "ngày 09 tháng 3 năm 2026. QUYẾT ĐỊNH: Điều 1." in text


def test_a_letter_shows_its_subject_under_the_number_and_no_type(typesetter, compose):
    pdf = typesetter.typeset(compose("letter")).pdf

    subject = find(pdf, "V/v báo cáo")
    number = find(pdf, "Số:")

    assert "CÔNG VĂN" not in flat_text_of(pdf)
    assert subject.middle < 97
    assert 0.5 < subject.top - number.bottom < 4
    assert size_of(pdf, "V/v báo cáo") == 12


def test_one_recipient_stands_on_the_line_and_several_under_the_colon(typesetter, compose):
    one = typesetter.typeset(compose("report")).pdf
    several = typesetter.typeset(compose("letter")).pdf

    same_line = find(one, "Kính gửi:").bottom - find(one, "Ủy ban nhân dân thành phố").bottom
    colon = find(several, "Kính gửi:")
    dash = find(several, "- Các sở, ban")

    assert same_line == pytest.approx(0, abs=0.5)
    assert dash.left == pytest.approx(colon.right - 0.7, abs=1.2)
    assert dash.top > colon.bottom - 1
    assert "thành phố; - Ủy ban nhân dân" in flat_text_of(several)


@pytest.mark.parametrize(
    ("urgency", "word", "width"),
    [("urgent", "KHẨN", 20), ("very_urgent", "THƯỢNG KHẨN", 40), ("express", "HỎA TỐC", 30)],
)
def test_urgency_is_a_bright_red_box_of_the_decrees_size(typesetter, compose, urgency, word, width):
    made = typesetter.typeset(compose("letter", urgency=urgency))

    left, top, right, bottom = bright_red_of(made.pdf)

    assert right - left == pytest.approx(width, abs=0.6)
    assert bottom - top == pytest.approx(8, abs=0.6)
    assert left < find(made.pdf, word).left < right


def test_the_contact_line_closes_the_first_page_under_a_full_rule(typesetter, compose):
    made = typesetter.typeset(compose("letter", body=paragraphs(20)))

    line = find(made.pdf, "Số 02 Hòa Bình")
    full = [rule for rule in lines_of(made.pdf) if rule[1] - rule[0] > 160]

    assert len(full) == 1
    assert full[0][2] < line.top + 0.5
    assert line.bottom > 260
    assert "Số 02 Hòa Bình" not in text_of(made.pdf, "-f", "2")


@pytest.mark.parametrize(
    "typed",
    [
        '#read("/etc/passwd")',
        "*bold* $x$ <a> @b _c_ `d` // e /* f */",
        r"\u{41} #sys.inputs #{1+1} [x] -- --- ... ~ = tiêu đề",
        "{{ 7*7 }} <b>&amp;</b> ${x} %s",
    ],
)
def test_what_people_type_comes_out_letter_for_letter(typesetter, compose, typed):
    body = [{"kind": "paragraph", "text": typed}, {"kind": "paragraph", "text": "Hết."}]

    made = typesetter.typeset(compose("report", subject=typed, body=body, to_places=[typed]))

    assert flat_text_of(made.pdf).count(typed) == 3


def test_all_vietnamese_letters_survive_in_every_style(typesetter, compose):
    letters = every_letter()
    text = " ".join(letters)
    body = [
        {"kind": "clause", "text": text, "titled": True},
        {"kind": "paragraph", "text": text},
        {"kind": "paragraph", "text": "Hết."},
    ]

    made = typesetter.typeset(compose("decision", bases=[text], body=body))

    assert len(letters) == 178
    assert " ".join(text_of(made.pdf, "-raw").split()).count(text) == 3


def test_a_letter_that_no_font_has_is_refused_by_name(typesetter, compose):
    with pytest.raises(Refused) as refusal:
        typesetter.typeset(compose("report", subject="Báo cáo 😀"))

    assert refusal.value.code == "documents.letter_missing"
    assert refusal.value.facts == {"letter": "😀"}


def test_missing_fonts_are_told_before_any_page_is_set(tmp_path):
    with pytest.raises(Unavailable) as refusal:
        Typesetter([tmp_path])

    assert refusal.value.code == "documents.font_missing"


def test_fonts_are_read_once_for_all_typesetters():
    assert Fonts.open([PACKAGED]) is Fonts.open([PACKAGED])


def test_an_empty_draft_can_still_be_previewed(typesetter, compose):
    made = typesetter.typeset(
        compose("report", subject="", body=[], addressees=[], to_places=[], form=Form.NAMED)
    )

    assert made.pages == 1
