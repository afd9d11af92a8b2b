"""Whatever is written is read back field by field, in awkward words too."""

import unicodedata
from dataclasses import replace
from datetime import UTC, date, datetime

from hypothesis import given, settings
from hypothesis import strategies as st

from exchange.attachments import content_type, safe_name
from exchange.packet import (
    Attachment,
    Business,
    BusinessType,
    DocumentPacket,
    DocumentType,
    Organ,
    OtherInfo,
    Priority,
    Receiver,
    Replacement,
    ResponseFor,
    SignerInfo,
    Staff,
    Status,
    StatusPacket,
    TraceHeader,
    Update,
)
from exchange.read import read
from exchange.write import write_document, write_status

AWKWARD = st.sampled_from(
    ["<", ">", "&", "&amp;", "]]>", "<!--", "<!DOCTYPE", '"', "'", "\r\n", "\t", "\u00a0", "Đ", "ệ"]
)
CHARACTERS = st.characters(exclude_categories=["Cs", "Cn", "Cc"])


def texts(most, least=0):
    """Texts as they come back: precomposed, without space at the ends."""
    return st.lists(AWKWARD | CHARACTERS, max_size=30).map(
        lambda parts: unicodedata.normalize("NFC", "".join(parts))[:most].strip() or "Đ" * least
    )


MANY = {"max_size": 3}
CODES = st.from_regex(r"[A-Y][0-9]{2}(\.[0-9A-Z]{1,4}){0,4}", fullmatch=True)
IDS = texts(255, 1)
DAYS = st.dates(date(1, 1, 2))
MOMENTS = st.datetimes(datetime(1990, 1, 1), datetime(2200, 1, 1)).map(  # noqa: DTZ001 - zoned next
    lambda moment: moment.replace(microsecond=0, tzinfo=UTC)
)
STAFF = st.builds(Staff, texts(200), texts(200), texts(100), texts(50))
ORGANS = st.builds(
    Organ,
    CODES,
    texts(200, 1),
    texts(200),
    texts(250),
    texts(100),
    texts(20),
    texts(50),
    texts(100),
)
ANSWERED = st.builds(ResponseFor, CODES, texts(50), IDS, st.none() | DAYS)
BUSINESS = st.one_of(
    st.builds(
        Business,
        st.sampled_from([BusinessType.NEW, BusinessType.RECALL]),
        texts(500),
        st.just("") | IDS,
        st.booleans(),
        staff=STAFF,
    ),
    st.builds(
        Business,
        st.just(BusinessType.UPDATE),
        texts(500),
        update=st.builds(
            Update,
            st.booleans(),
            st.booleans(),
            st.lists(st.builds(Receiver, CODES, st.booleans()), **MANY).map(tuple),
        ),
    ),
    st.builds(
        Business,
        st.just(BusinessType.REPLACEMENT),
        texts(500),
        replacements=st.lists(
            st.builds(Replacement, IDS, st.lists(CODES, **MANY).map(tuple)), min_size=1, max_size=2
        ).map(tuple),
    ),
)


def is_no_archive(data):
    """An archive under another name is not sent at all."""
    return not data.startswith(b"PK\x03\x04")


@st.composite
def attachments(draw):
    files = []
    for number in range(draw(st.integers(0, 3))):
        kind = draw(st.sampled_from(["pdf", "docx", "xlsx", "zip", "txt", "", "đuôi"]))
        name = safe_name(f"{draw(texts(100))}.{kind}")
        data = draw(st.binary(min_size=1, max_size=300).filter(is_no_archive))
        files.append(Attachment(f"f-{number}", name, content_type(name), data, draw(texts(200))))
    return tuple(files)


DOCUMENTS = st.builds(
    DocumentPacket,
    from_=ORGANS,
    to=st.lists(ORGANS, min_size=1, max_size=3, unique_by=lambda organ: organ.organ_id).map(tuple),
    document_id=IDS,
    code_number=texts(11, 1),
    code_notation=texts(30, 1),
    place=texts(50),
    promulgation_date=DAYS,
    document_type=st.builds(
        DocumentType,
        texts(100, 1),
        st.none() | st.integers(0, 99),
        st.none() | st.integers(-1, 99),
    ),
    subject=texts(500, 1),
    content=texts(500),
    signer=st.builds(SignerInfo, texts(100), texts(100), texts(50, 1)),
    due_date=st.none() | DAYS,
    priority=st.none() | st.sampled_from(Priority),
    other_info=st.builds(
        OtherInfo,
        texts(100),
        texts(10),
        st.none() | st.integers(0, 65535),
        st.none() | st.integers(0, 65535),
        st.lists(texts(250, 1), **MANY).map(tuple),
    ),
    response_for=st.lists(ANSWERED, **MANY).map(tuple),
    steering_type=st.sampled_from([0, 2, 3]),
    to_places=st.lists(texts(150, 1), **MANY).map(tuple),
    business=st.none() | BUSINESS,
    trace=st.lists(st.builds(TraceHeader, CODES, st.none() | MOMENTS), **MANY).map(tuple),
    attachments=attachments(),
)
STATUSES = st.builds(
    StatusPacket,
    from_=ORGANS,
    response_for=ANSWERED,
    staff=STAFF,
    status_code=st.sampled_from([*Status, "07", "14", "99"]).map(str),
    description=texts(500, 1),
    timestamp=MOMENTS,
)


@settings(max_examples=150, deadline=None)
@given(DOCUMENTS)
def test_a_document_comes_back_as_it_was_written(packet):
    assert read(write_document(packet)) == packet


@settings(max_examples=150, deadline=None)
@given(STATUSES)
def test_a_status_comes_back_as_it_was_written(packet):
    returned = read(write_status(packet))

    assert replace(returned, findings=()) == packet


@settings(max_examples=50, deadline=None)
@given(DOCUMENTS)
def test_writing_the_same_twice_gives_the_same_bytes(packet):
    assert write_document(packet) == write_document(packet)
