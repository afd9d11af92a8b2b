import io
import struct
import zipfile

import pytest

from exchange.attachments import content_type, decode, extension, safe_name, unpack
from exchange.findings import PacketRefused
from exchange.limits import Limits

ENTRY = "8f0b2c1e-0000-4000-8000-000000000000"


def zipped(*entries, method=zipfile.ZIP_DEFLATED):
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", method) as archive:
        for name, data in entries:
            archive.writestr(name, data)
    return buffer.getvalue()


WORKBOOK = zipped(("[Content_Types].xml", "<Types/>"), ("xl/workbook.xml", "<workbook/>"))
TEXT_DOCUMENT = zipped(("mimetype", "application/vnd.oasis.opendocument.text"), ("content.xml", ""))


@pytest.mark.parametrize(
    ("name", "packed", "whole"),
    [
        ("a.txt", zipped((f"{ENTRY}.txt", "hello")), b"hello"),
        ("a.TXT", zipped((f"{ENTRY}.txt", "hello")), b"hello"),
        ("a.pdf", zipped((f"{ENTRY}.pdf", "%PDF")), b"%PDF"),
        ("a.xlsx", zipped((f"{ENTRY}.xlsx", WORKBOOK)), WORKBOOK),
        ("a.docx", zipped((f"{ENTRY}.tmp", WORKBOOK)), WORKBOOK),
        ("a.odt", zipped((f"{ENTRY}.odt", TEXT_DOCUMENT)), TEXT_DOCUMENT),
        ("a.txt", zipped(("folder/", ""), ("folder/b.txt", "hello")), b"hello"),
        ("a.txt", zipped(("../../b.txt", "hello")), b"hello"),
        ("readme", zipped((ENTRY, "hello")), b"hello"),
    ],
)
def test_a_file_zipped_by_its_sender_is_taken_out(name, packed, whole):
    assert unpack(name, packed, Limits()) == whole


@pytest.mark.parametrize(
    ("name", "data"),
    [
        ("a.pdf", b"%PDF-1.7"),
        ("a.txt", b"hello"),
        ("a.zip", zipped((f"{ENTRY}.zip", "x"))),
        ("a.xlsx", WORKBOOK),
        ("a.docx", zipped(("[Content_Types].xml", "<Types/>"))),
        ("a.odt", TEXT_DOCUMENT),
        ("a.asice", zipped(("mimetype", ""), ("META-INF/signatures.xml", ""))),
        ("a.docx", b"PK\x03\x04 damaged"),
    ],
)
def test_a_file_that_is_what_its_name_says_stays_as_it_is(name, data):
    assert unpack(name, data, Limits()) == data


@pytest.mark.parametrize(
    ("name", "data"),
    [
        ("a.pdf", zipped((f"{ENTRY}.exe", "x"))),
        ("a.pdf", zipped((f"{ENTRY}.pdf", "x"), ("b.pdf", "y"))),
        ("a.png", WORKBOOK),
        ("a.txt", zipped((f"{ENTRY}.txt", "hello"))[:-30]),
        ("a.txt", zipped((f"{ENTRY}.txt", "hello"), method=zipfile.ZIP_BZIP2)),
        ("a.txt", zipped((f"{ENTRY}.txt", "hello"), method=zipfile.ZIP_LZMA)),
    ],
)
def test_an_archive_under_another_name_that_cannot_be_undone_is_told(name, data):
    assert unpack(name, data, Limits()) is None


def test_an_encrypted_archive_is_not_opened():
    data = bytearray(zipped(("b.txt", "hello")))
    central = data.index(b"PK\x01\x02")
    data[6] |= 1
    data[central + 8] |= 1

    assert unpack("a.txt", bytes(data), Limits()) is None


def test_an_archive_whose_entry_has_no_name_is_not_opened():
    nameless = bytearray(zipped(("b", "hello")))
    central = nameless.index(b"PK\x01\x02")
    struct.pack_into("<HH", nameless, central + 28, 0, 1)

    assert unpack("a.txt", bytes(nameless), Limits()) is None


def test_an_archive_in_an_archive_is_undone_once():
    inner = zipped((f"{ENTRY}.txt", "hello"))

    assert unpack("a.txt", zipped((f"{ENTRY}.txt", inner)), Limits()) == inner


def test_an_archive_with_more_entries_than_allowed_is_not_opened():
    many = zipped(*((f"{number}.txt", "") for number in range(11)))

    assert unpack("a.txt", many, Limits(entries=10)) is None


def test_a_file_that_grows_beyond_all_measure_is_refused():
    bomb = zipped((f"{ENTRY}.txt", b"\x00" * 20_000_000))

    with pytest.raises(PacketRefused) as refusal:
        unpack("a.txt", bomb, Limits())

    assert refusal.value.code == "exchange.unpacked_too_large"


def test_a_file_larger_than_a_file_may_be_is_refused():
    with pytest.raises(PacketRefused):
        unpack("a.txt", zipped((f"{ENTRY}.txt", b"x" * 100)), Limits(attachment_bytes=99))


def test_an_archive_that_lies_about_its_size_is_unpacked_no_further_than_it_says():
    bomb = bytearray(zipped((f"{ENTRY}.txt", b"\x00" * 100_000_000)))
    central = bomb.index(b"PK\x01\x02")
    struct.pack_into("<L", bomb, central + 24, 10)

    assert unpack("a.txt", bytes(bomb), Limits()) is None


@pytest.mark.parametrize(
    ("written", "safe"),
    [
        ("Quyết định (1).pdf", "Quyết định (1).pdf"),
        ("../../etc/passwd", "passwd"),
        ("C:\\temp\\a.doc", "a.doc"),
        ("a\x00\x1f\n.pdf", "a.pdf"),
        ("hoa\u202efdp.exe", "hoafdp.exe"),
        ("\u200b\ufeffa.pdf", "a.pdf"),
        (" .. a.pdf . ", "a.pdf"),
        (".htaccess", "htaccess"),
        ("Ba\u0301o.pdf", "Báo.pdf"),
        ("", "file"),
        ("../", "file"),
        ("...", "file"),
    ],
)
def test_a_file_name_is_made_safe(written, safe):
    assert safe_name(written) == safe


@pytest.mark.parametrize("name", ["x" * 300 + ".pdf", "x" * 300, "x." + "y" * 300, "." * 300])
def test_a_long_file_name_is_cut_and_keeps_its_kind(name):
    safe = safe_name(name)

    assert 0 < len(safe) <= 200
    assert safe.endswith(".pdf") == name.endswith(".pdf")
    assert safe_name(safe) == safe


def test_the_common_librarys_four_kinds_keep_its_labels():
    labels = [content_type(f"A.{kind}") for kind in ("PDF", "doc", "docx", "zip")]

    assert labels == [
        "application/pdf",
        "application/doc",
        "application/docx",
        "application/zip",
    ]


def test_no_other_kind_is_labelled_as_zipped():
    names = ["a.xlsx", "a.xls", "a.rar", "a.odt", "a", "a.", "a.lạ"]

    assert "application/zip" not in {content_type(name) for name in names}


def test_wrapped_base64_is_decoded():
    assert decode("\r\n  aGVs\r\n\tbG8=\n", "a.txt") == b"hello"


def test_the_kind_is_what_follows_the_last_dot():
    assert [extension(name) for name in ("a.tar.GZ", "a", "a.")] == ["gz", "", ""]
