import io
import unicodedata
import zipfile

import pytest
from pypdf import PdfReader, PdfWriter

from documents.files import inspect
from kernel.errors import Refused

LIMIT = 1 << 20
OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"


def archive(*names, content=b"x"):
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as packed:
        for name in names:
            packed.writestr(name, content)
    return file.getvalue()


def office(folder, *more):
    return archive("[Content_Types].xml", f"{folder}/main.xml", *more)


def ole(*streams):
    return OLE + b"\0" * 512 + b"".join(name.encode("utf-16-le") + b"\0\0" for name in streams)


def refused(name, data, limit=LIMIT):
    with pytest.raises(Refused) as refusal:
        inspect(name, data, limit)
    return refusal.value.code.removeprefix("documents.file_")


@pytest.fixture(scope="module")
def pdf(typesetter, compose):
    return typesetter.typeset(compose("letter")).pdf


@pytest.mark.parametrize(
    ("name", "data", "media_type"),
    [
        ("a.docx", office("word"), "wordprocessingml.document"),
        ("a.xlsx", office("xl"), "spreadsheetml.sheet"),
        ("a.pptx", office("ppt"), "presentationml.presentation"),
        ("a.doc", ole("WordDocument"), "application/msword"),
        ("a.xls", ole("Workbook"), "application/vnd.ms-excel"),
        ("a.png", b"\x89PNG\r\n\x1a\n...", "image/png"),
        ("a.JPG", b"\xff\xd8\xff\xe0", "image/jpeg"),
        ("a.zip", archive("Phụ lục/biểu 1.docx"), "application/zip"),
        ("a.txt", "Xin chào".encode(), "text/plain"),
        ("a.csv", "số;tên\r\n1;Ánh".encode("utf-8-sig"), "text/csv"),
        ("a.csv", "số\ttên".encode("utf-16"), "text/csv"),
    ],
)
def test_known_kinds_are_welcome(name, data, media_type):
    kind = inspect(name, data, LIMIT)

    assert kind.media_type.endswith(media_type)
    assert kind.extension == name.lower().rpartition(".")[2]


def test_a_pdf_is_welcome_and_an_encrypted_one_is_not(pdf):
    writer = PdfWriter(clone_from=PdfReader(io.BytesIO(pdf)))
    writer.encrypt("mật khẩu", algorithm="AES-256")
    file = io.BytesIO()
    writer.write(file)

    assert inspect("a.pdf", pdf, LIMIT).media_type == "application/pdf"
    assert refused("a.pdf", file.getvalue()) == "encrypted"


def test_an_empty_and_a_too_large_file_are_refused():
    assert refused("a.txt", b"") == "empty"
    assert refused("a.txt", b"x" * 11, limit=10) == "too_large"
    assert inspect("a.txt", b"x" * 10, 10).safe_name == "a.txt"


@pytest.mark.parametrize(
    ("name", "data"),
    [
        ("a.exe", b"text"),
        ("a.pdf.EXE", b"%PDF-1.7"),
        ("a.bat", b"echo"),
        ("a.js", b"alert(1)"),
        ("a.pdf", b"MZ\x90\0"),
        ("a.txt", b"\x7fELF\x02"),
        ("a.png", b"\xcf\xfa\xed\xfe\x07"),
        ("a.txt", b"#!/bin/sh\nrm -rf ~"),
        ("a.zip", archive("thư mục/cài đặt.exe")),
        ("a.zip", archive("a.pdf.js")),
        ("a.zip", archive("a.exe. ")),
    ],
)
def test_what_would_run_is_refused(name, data):
    assert refused(name, data) == "executable"


@pytest.mark.parametrize(
    ("name", "data"),
    [
        ("a.pdf", b"PK\x03\x04"),
        ("a.docx", office("xl")),
        ("a.docx", archive("readme.txt")),
        ("a.docx", b"%PDF-1.7"),
        ("a.docx", b"PK\x03\x04 broken"),
        ("a.doc", ole("Workbook")),
        ("a.xls", b"<html>"),
        ("a.png", b"\xff\xd8\xff"),
        ("a.jpg", b"\x89PNG\r\n\x1a\n"),
        ("a.zip", b"Rar!\x1a\x07"),
        ("a.txt", b"\0\1\2"),
        ("a.txt", b"\xff\xfe\x00"),
        ("a.csv", b"%PDF-1.7\n\x80\x81"),
    ],
)
def test_content_other_than_the_name_says_is_refused(name, data):
    assert refused(name, data) == "not_what_it_says"


@pytest.mark.parametrize("name", ["a.html", "a.svg", "a.rar", "a", "a.docm", "a.xlsm"])
def test_other_kinds_are_refused(name):
    assert refused(name, b"content") == "kind_not_accepted"


def test_macros_are_refused_in_old_and_new_files():
    assert refused("a.docx", office("word", "word/vbaProject.bin")) == "macros"
    assert refused("a.xlsx", office("xl", "xl/macrosheets/sheet1.xml")) == "macros"
    assert refused("a.doc", ole("WordDocument", "_VBA_PROJECT")) == "macros"


def test_locked_office_files_and_archives_are_refused():
    locked = bytearray(archive("a.txt"))
    for signature, flags in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        locked[locked.index(signature) + flags] |= 1

    assert refused("a.zip", bytes(locked)) == "encrypted"
    assert refused("a.docx", ole("EncryptedPackage")) == "encrypted"


def test_bombs_and_archives_in_archives_are_refused():
    assert refused("a.zip", archive("a.txt", content=b"\0" * (65 << 20))) == "bomb"
    assert refused("a.zip", archive(*(f"{n}.txt" for n in range(5001)))) == "bomb"
    assert refused("a.docx", office("word", *(f"word/{n}" for n in range(5000)))) == "bomb"
    assert refused("a.zip", archive("trong.zip")) == "nested_archive"


@pytest.mark.parametrize(
    ("name", "safe"),
    [
        ("../../etc/báo cáo.txt", "báo cáo.txt"),
        (r"C:\Users\An\biểu.txt", "biểu.txt"),
        ("a\u202etxt.gpj.txt", "atxt.gpj.txt"),
        ('a<b>:"|?*\n.txt', "ab.txt"),
        ("  .ẩn  danh . .TXT", "ẩn danh.txt"),
        ("con.txt", "_con.txt"),
        (unicodedata.normalize("NFD", "Quyết định.txt"), "Quyết định.txt"),
    ],
)
def test_a_name_becomes_safe_on_any_disk(name, safe):
    assert inspect(name, b"x", LIMIT).safe_name == safe


def test_a_long_name_keeps_its_end():
    safe = inspect("ệ" * 400 + ".txt", b"x", LIMIT).safe_name

    assert safe.endswith("ệ.txt")
    assert len(safe) <= 200
    assert len(safe.encode()) <= 240


@pytest.mark.parametrize("name", ["", ".txt", "///", "..", "\u200b.txt"])
def test_a_file_without_a_name_is_refused(name):
    assert refused(name, b"x") == "name_missing"


@pytest.mark.parametrize("name", ["../../etc/passwd", "/etc/passwd", "C:/x.txt", "a\\b.txt"])
def test_an_archive_that_would_write_elsewhere_is_refused(name: str):
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr(name, "x")

    with pytest.raises(Refused) as refusal:
        inspect("hồ sơ.zip", packed.getvalue(), LIMIT)

    assert refusal.value.code == "documents.file_path_in_archive"
