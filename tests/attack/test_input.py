"""Bad input at the office's doors: a clear sentence, nothing lost, nothing half done."""

import io
import re
import subprocess
import zipfile
from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace

import pytest
from pypdf import PdfWriter
from sqlalchemy import func, select

from exchange.packet import Attachment, DocumentPacket
from exchange.read import read
from kernel.clock import local_day
from kernel.errors import DomainError, NotFound, Refused
from kernel.words import explain
from tests.office import Desks
from tests.unit.workflow.box import Box, another
from tests.unit.workflow.way import PLAN, Case, onward, walk
from workflow import authority
from workflow.models import Enclosure, Incoming, Packet, SubmissionPaper
from workflow.outgoing import drafting
from workflow.outgoing.draft import read_draft
from workflow.states import IncomingState, OutgoingState, PacketState
from workflow.views import listing
from workflow.views.listing import Wanted
from workflow.views.readable import Reader


def sentence_of(error: DomainError) -> str:
    """The sentence that the person reads, which must be one."""
    told = explain(error, "vi")
    assert told.endswith(".")
    assert "{" not in told
    assert told != error.code
    return told


@pytest.fixture(scope="module")
def draft(shared_desks: Desks) -> Case:
    return walk(shared_desks, OutgoingState.DRAFT)


def encrypted_pdf() -> bytes:
    writer, file = PdfWriter(), io.BytesIO()
    writer.add_blank_page(210, 297)
    writer.encrypt("mật khẩu", algorithm="AES-256")
    writer.write(file)
    return file.getvalue()


def archive(*entries: tuple[str, bytes]) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as packed:
        for name, data in entries:
            packed.writestr(name, data)
    return file.getvalue()


FILES = {
    "a file without a byte": ("trống.pdf", b"", "documents.file_empty"),
    "an encrypted PDF": ("khóa.pdf", encrypted_pdf(), "documents.file_encrypted"),
    "a file larger than the axis takes": (
        "lớn.txt",
        b"x" * (50 * 1024 * 1024 + 1),
        "documents.file_too_large",
    ),
    "a program": ("cài đặt.exe", b"MZ\x90\x00", "documents.file_executable"),
    "a program called a document": ("kế hoạch.pdf", b"MZ\x90\x00", "documents.file_executable"),
    "a script called a text": (
        "ghi chú.txt",
        b"#!/bin/sh\nrm -rf /\n",
        "documents.file_executable",
    ),
    "a page of script": ("trang.html", b"<script>", "documents.file_kind_not_accepted"),
    "a picture that may hold script": ("hình.svg", b"<svg/>", "documents.file_kind_not_accepted"),
    "a picture called a PDF": (
        "ảnh.pdf",
        b"\x89PNG\r\n\x1a\n....",
        "documents.file_not_what_it_says",
    ),
    "a PDF called a Word file": ("tờ trình.docx", b"%PDF-1.7", "documents.file_not_what_it_says"),
    "an archive within an archive": (
        "gói.zip",
        archive(("trong.zip", archive(("a.txt", b"a")))),
        "documents.file_nested_archive",
    ),
    "an archive that grows a thousandfold": (
        "bom.zip",
        archive(("không.txt", bytes(65 * 1024 * 1024))),
        "documents.file_bomb",
    ),
    "a file without a name": ("../.txt", b"x", "documents.file_name_missing"),
}


@pytest.mark.parametrize("kind", [Enclosure, SubmissionPaper])
@pytest.mark.parametrize(("name", "data", "code"), FILES.values(), ids=FILES)
def test_a_file_that_cannot_be_accepted_is_refused_and_the_draft_is_as_it_was(
    draft: Case, kind: type, name: str, data: bytes, code: str
):
    seen = draft.seen

    with pytest.raises(Refused) as refusal:
        attach(draft, kind, name, data)

    assert (refusal.value.code, bool(sentence_of(refusal.value))) == (code, True)
    assert (draft.state, draft.seen) == (OutgoingState.DRAFT, seen)
    with draft.desks.office.sessions() as session:
        files = select(func.count()).where(kind.document_id == draft.id)
        assert session.scalar(files) == 0


def attach(case: Case, kind: type, name: str, data: bytes) -> None:
    office, drafter = case.desks.office, case.desks.person(case.cast.drafter)
    drafting.attach(office, drafter, case.id, kind, name=name, data=data)


@pytest.mark.parametrize(
    "name",
    ["../../../etc/cron.d/x.txt", "C:\\Windows\\x.txt", "/etc/ssl/x.txt", "a/b\\..\\x.txt"],
)
def test_a_path_in_a_files_name_leads_nowhere(shared_desks: Desks, name: str):
    case = walk(shared_desks, OutgoingState.DRAFT)

    attach(case, Enclosure, name, b"x")

    with shared_desks.office.sessions() as session:
        kept = session.scalars(select(Enclosure.name).where(Enclosure.document_id == case.id)).one()
    assert kept == "x.txt"


TOO_LONG = "chữ " * 50_000
FIELDS = [
    *("subject", "body", "issued_type_name", "issued_subject", "issued_body"),
    *("competence", "typist_and_copies", "type_code"),
]


@pytest.mark.parametrize("field", FIELDS)
def test_two_hundred_thousand_characters_in_a_field_are_refused(field: str):
    assert refused_fields({field: TOO_LONG}) == ("draft.too_long", field)


@pytest.mark.parametrize("field", ["bases", "addressees", "to_places"])
def test_neither_a_line_nor_a_list_grows_without_end(field: str):
    assert refused_fields({field: [TOO_LONG]}) == ("draft.too_long", field)
    assert refused_fields({field: ["dòng"] * 10_000}) == ("draft.too_long", field)


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("form", "9.9"),
        ("form", None),
        ("urgency", "rất gấp"),
        ("signer_post_id", "1 OR 1=1"),
        ("with_contact", "có lẽ"),
        ("subject", {"một": "hai"}),
        ("bases", "không phải danh sách"),
        ("state", "issued"),
        ("code_number", 1),
    ],
)
def test_what_no_field_of_a_draft_can_hold_is_refused(field: str, value: object):
    assert refused_fields({field: value}) == ("draft.not_understood", field)


def refused_fields(changes: dict[str, object]) -> tuple[str, object]:
    with pytest.raises(Refused) as refusal:
        read_draft(PLAN | changes)
    assert sentence_of(refusal.value)
    return refusal.value.code, refusal.value.facts["field"]


def test_a_type_that_the_decree_does_not_know_is_refused(shared_desks: Desks):
    with pytest.raises(NotFound) as refusal:
        shared_desks.a_draft(type_code="XYZ")

    assert refusal.value.code == "documents.type_unknown"
    assert sentence_of(refusal.value)


def test_the_longest_text_that_may_be_typed_is_typeset(shared_desks: Desks):
    paragraph = "Nội dung của văn bản được trình bày liên tục trong một đoạn rất dài. " * 12
    body = f"{paragraph}\n" * (100_000 // (len(paragraph) + 1))

    case = walk(shared_desks, OutgoingState.CONTENT_REVIEW, body=body, subject="dài " * 125)

    assert len(body) > 99_000
    assert "dài dài dài" in words_of(case)


MONSTERS = {
    "one word": "x" * 100_000,
    "articles in one line": "Điều 1. " * 12_000,
    "empty lines": "\n" * 99_999 + "a",
    "open brackets": "((((" * 25_000,
    "lines of dashes": "- \n" * 33_000,
    "a thousand articles": "Điều 1. Tên\n1. Khoản\na) Điểm\n" * 1_000,
}


@pytest.mark.parametrize("body", MONSTERS.values(), ids=MONSTERS)
def test_no_text_leaves_a_document_between_two_desks(shared_desks: Desks, body: str):
    """It is refused with a sentence, or typeset, or given back with the reason."""
    case = walk(shared_desks, OutgoingState.DRAFT, body=body)

    with suppress(Refused):
        case.submit()
    shared_desks.work_off()

    assert case.state in {OutgoingState.CONTENT_REVIEW, OutgoingState.DRAFT}
    assert case.draft.body == body


CODE = (
    '#import "@preview/evil:0.1.0": *',
    '#read("/etc/passwd")',
    "#panic()",
    "#{ while true {} }",
    "$ x^2 $ *đậm* _nghiêng_",
    "</script><b>đậm</b> &amp; &#65;",
    "'; DROP TABLE document; --",
    "{{ 7 * 7 }} {% raw %} ${x} %s {0}",
    "= Mục <nhãn> @nhãn // hết",
    "\\u{41} \\n \\ ~ [x] `y`",
)


@pytest.mark.parametrize("code", CODE)
def test_code_in_a_subject_comes_out_letter_for_letter(shared_desks: Desks, code: str):
    case = walk(
        shared_desks,
        OutgoingState.CONTENT_REVIEW,
        subject=f"về {code} hết",
        body=f"Nội dung {code} hết",
        bases=(f"Căn cứ {code} hết",),
        to_places=(f"Nơi {code} hết", "Lưu: VT"),
    )

    page = squeezed(words_of(case))
    for begin in ("về", "Nội dung", "Căn cứ", "Nơi"):
        assert squeezed(f"{begin} {code} hết") in page
    assert case.row.subject == f"về {code} hết"


def words_of(case: Case) -> str:
    pdf = case.desks.office.artifacts.get(case.shown)
    done = subprocess.run(["pdftotext", "-", "-"], input=pdf, capture_output=True, check=True)
    return done.stdout.decode()


def squeezed(text: str) -> str:
    """Without spaces and line ends, which the page sets as it needs them."""
    return "".join(text.split())


@pytest.mark.parametrize("words", [*CODE, "%", "_", "\\", "'", '"', "\x00", "a" * 5_000, "٣", "²"])
def test_whatever_is_searched_for_is_only_searched_for(shared_desks: Desks, words: str):
    with shared_desks.office.sessions() as session:
        person, day = shared_desks.person("chuyenvien"), local_day(shared_desks.clock())
        posts = tuple(authority.posts_of(session, person, day))
        found = listing.documents(session, Reader(person, posts, day), Wanted(words=words))

    assert found.count >= 0


@pytest.fixture(scope="module")
def told(shared_desks: Desks) -> DocumentPacket:
    """The packet that carried a document of the city to Sở Tài chính."""
    case = walk(shared_desks, OutgoingState.ISSUED)
    shared_desks.bells.clear()
    (delivery,) = case.row.deliveries
    packet = read(shared_desks.office.artifacts.get(delivery.packet))
    assert isinstance(packet, DocumentPacket)
    return replace(packet, attachments=())


def with_doctype(data: bytes, doctype: str, entity: str = "") -> bytes:
    declaration, _, rest = data.partition(b"?>")
    rest = rest.replace(b"</Subject>", f"{entity}</Subject>".encode()).replace(
        b"</edXML:Subject>", f"{entity}</edXML:Subject>".encode()
    )
    return declaration + b"?>" + doctype.encode() + rest


BILLION = "".join(
    f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' if n else '<!ENTITY l0 "lol">' for n in range(10)
)
DOCTYPES = {
    "a document type": ("<!DOCTYPE edXML>", ""),
    "a bomb of entities": (f"<!DOCTYPE edXML [{BILLION}]>", "&l9;"),
    "a file of this machine": (
        '<!DOCTYPE edXML [<!ENTITY x SYSTEM "file:///etc/passwd">]>',
        "&x;",
    ),
    "a page of the network": (
        '<!DOCTYPE edXML [<!ENTITY x SYSTEM "http://127.0.0.1:9/x">]>',
        "&x;",
    ),
    "a foreign definition": ('<!DOCTYPE edXML SYSTEM "http://127.0.0.1:9/x.dtd">', ""),
}


@pytest.mark.parametrize(("doctype", "entity"), DOCTYPES.values(), ids=DOCTYPES)
def test_a_packet_that_declares_a_document_type_is_not_read(
    shared_desks: Desks, told: DocumentPacket, doctype: str, entity: str
):
    packet = Box(shared_desks).gets(with_doctype(another(told), doctype, entity))

    assert (packet.state, packet.trouble) == (PacketState.REFUSED, "exchange.doctype")
    assert effects(shared_desks, packet) == 0


def effects(desks: Desks, packet: Packet) -> int:
    with desks.office.sessions() as session:
        query = select(func.count()).where(Incoming.packet_id == packet.id)
        return session.scalar(query)


SPOILT = {
    "half a packet": lambda good: good[: len(good) // 2],
    "noise after a packet": lambda good: good + b"<more/>",
    "bytes of another encoding": lambda good: good.decode().encode("utf-16"),
    "elements five hundred deep": lambda good: re.sub(
        rb"(</(?:\w+:)?Subject>)", b"<x>" * 500 + b"</x>" * 500 + rb"\1", good
    ),
    "a zero byte": lambda good: good.replace(b"Subject>", b"Subject>\x00", 1),
    "a program": lambda _: b"MZ" + bytes(1_000),
}


@pytest.mark.parametrize("spoil", SPOILT.values(), ids=SPOILT)
def test_a_spoilt_packet_is_refused_and_a_good_one_still_arrives(
    shared_desks: Desks, told: DocumentPacket, spoil: Callable[[bytes], bytes]
):
    box = Box(shared_desks)

    bad, good = box.gets(spoil(another(told))), box.gets(another(told))

    assert (bad.state, effects(shared_desks, bad)) == (PacketState.REFUSED, 0)
    assert (good.state, effects(shared_desks, good)) == (PacketState.TAKEN, 1)


def received(desks: Desks, told: DocumentPacket, file: Attachment, name: str = "") -> Incoming:
    """Let a packet with one file come, perhaps under another name than we would write."""
    data = another(told, attachments=(file,)).replace(
        file.name.encode(), (name or file.name).encode()
    )
    packet = Box(desks).gets(data)
    with desks.office.sessions() as session:
        incoming = session.scalars(select(Incoming).where(Incoming.packet_id == packet.id)).one()
        _ = incoming.files
        return incoming


def test_files_of_a_packet_are_kept_under_names_without_a_path(
    shared_desks: Desks, told: DocumentPacket
):
    file = Attachment("1", "ghi-chu.txt", "text/plain", b"x")

    incoming = received(shared_desks, told, file, "../../etc/cron.d/ghi-chu.txt")

    assert incoming.state is IncomingState.ARRIVED
    assert not any("/" in file.name for file in incoming.files)
    assert incoming.files[0].name.endswith("ghi-chu.txt")


def test_a_file_that_only_calls_itself_a_pdf_is_no_document(
    shared_desks: Desks, told: DocumentPacket
):
    """Nothing is checked, nothing breaks, and the clerk sees that there is no document."""
    file = Attachment("1", "quyet-dinh.pdf", "application/pdf", b"\x00" * 100)

    incoming = received(shared_desks, told, file)

    assert (incoming.state, incoming.verdict) == (IncomingState.ARRIVED, None)
    assert not any(file.is_main for file in incoming.files)


@pytest.mark.parametrize("pdf", [b"%PDF-", b"%PDF-1.7\n%%EOF", b"%PDF-1.7\n" + bytes(5_000)])
def test_a_broken_pdf_in_a_packet_gets_a_verdict(
    shared_desks: Desks, told: DocumentPacket, pdf: bytes
):
    file = Attachment("1", "quyet-dinh.pdf", "application/pdf", pdf)

    incoming = received(shared_desks, told, file)

    assert incoming.state is IncomingState.ARRIVED
    assert incoming.verdict["conclusion"] != "TOTAL_PASSED"


def test_an_empty_subject_is_refused_at_the_submission_and_nothing_is_lost(shared_desks: Desks):
    case = walk(shared_desks, OutgoingState.DRAFT, subject="  ")

    with pytest.raises(Refused) as refusal:
        onward(case, OutgoingState.CONTENT_REVIEW)

    assert sentence_of(refusal.value).startswith("Chưa có trích yếu")
    assert case.state is OutgoingState.DRAFT
    assert case.draft.body
