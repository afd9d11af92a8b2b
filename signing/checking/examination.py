# (pyHanko is typed in part only)

"""Looking at the signatures of a PDF: facts for the rules of the gate, without any judgement.

Outside bytes can be anything, and the library under us raises almost any exception on some of them.
So every look is fenced, and what went wrong is itself a fact.
"""

from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, datetime

from pyhanko.pdf_utils.form_tools import enumerate_fields_in
from pyhanko.pdf_utils.generic import DictionaryObject, IndirectObject
from pyhanko.pdf_utils.misc import PdfDecodeLimitError, PdfError
from pyhanko.sign.diff_analysis import SuspiciousModification
from pyhanko.sign.validation.pdf_embedded import EmbeddedPdfSignature
from pyhanko.sign.validation.status import SignatureCoverageLevel

from kernel.log import logger
from signing.checking.additions import additions
from signing.checking.changes import DIFF_POLICY
from signing.checking.container import Container, read_container, read_stamp
from signing.checking.examined import Examination, Signature, StampSeen
from signing.checking.opening import Reader, Trouble, Unexaminable, open_pdf
from signing.checking.vouching import PADES, vouched
from signing.making.fields import TEXT_FIELDS
from signing.making.pages import entries, follow, pages_of
from signing.trusting.trust import Trust

_log = logger(__name__)
_SUB_FILTERS = {
    "/Sig": {PADES, "/adbe.pkcs7.detached"},
    "/DocTimeStamp": {"/ETSI.RFC3161"},
}
_OUTDATED_SUB_FILTERS = {"/adbe.x509.rsa_sha1", "/adbe.pkcs7.sha1"}


async def examine(pdf: bytes, trust: Trust, at: datetime) -> Examination:
    """Look at all signatures of ``pdf``.

    Raises:
        Unexaminable: There is nothing to look at: no PDF, an encrypted one, or a bomb.
    """
    try:
        return await _examined(pdf, trust, at)
    except Unexaminable:
        raise
    except (PdfDecodeLimitError, RecursionError, MemoryError) as error:
        raise Unexaminable(Trouble.TOO_LARGE) from error
    except Exception as error:  # a hostile form can raise anything
        _log.info("file not readable", error=type(error).__name__)
        raise Unexaminable(Trouble.UNREADABLE) from error


async def _examined(pdf: bytes, trust: Trust, at: datetime) -> Examination:
    opened = open_pdf(pdf)
    reader = opened.reader
    fields = list(fields_of(reader, "/Sig"))
    texts = [(name, text_of(reference)) for name, _, reference in fields_of(reader, "/Tx")]
    places = [(name, reference) for name, _, reference in fields]
    filled = [(name, reference) for name, value, reference in fields if value is not None]
    looked = [_look(pdf, reader, name, reference, places) for name, reference in filled]
    looked.sort(key=lambda signature: signature.revision)
    return Examination(
        pdf=pdf,
        reader=reader,
        structure=opened.structure,
        revisions=int(reader.xrefs.total_revisions),
        signatures=await vouched(looked, reader, trust, at),
        signature_fields=tuple(name for name, _ in places),
        values={name: text for name, text in texts if name in TEXT_FIELDS and text},
    )


def fields_of(reader: Reader, kind: str) -> Iterator[tuple[str, object, IndirectObject]]:
    """Give name, value and reference of every form field of a kind."""
    if "/AcroForm" not in reader.root or "/Fields" not in reader.root["/AcroForm"]:
        return
    found = enumerate_fields_in(
        reader.root["/AcroForm"]["/Fields"], refs_seen=set(), target_field_type=kind
    )
    for name, value, reference in found:
        yield str(name), value, reference  # pyHanko's own strings hold the whole file in memory


def text_of(reference: IndirectObject) -> str:
    """Give what a text field holds."""
    field = reference.get_object()
    return str(field["/V"]) if "/V" in field else ""


def _look(
    pdf: bytes,
    reader: Reader,
    name: str,
    reference: IndirectObject,
    places: Sequence[tuple[str, IndirectObject]],
) -> Signature:
    field = reference.get_object()
    signature = Signature(name, field.raw_get("/V"))
    try:
        trouble = _unsupported(field["/V"])
        if trouble:
            return replace(signature, trouble=trouble)
        embedded = EmbeddedPdfSignature(reader, field, name)
        signature = _with_content(signature, embedded)
        signature = replace(signature, coverage=embedded.evaluate_signature_coverage())
    except (PdfDecodeLimitError, RecursionError, MemoryError):
        return replace(signature, embedded=None, trouble=Trouble.TOO_LARGE)
    except Exception as error:  # noqa: BLE001 - a hostile signature can raise anything
        _log.info("signature not readable", error=type(error).__name__)
        return replace(signature, embedded=None, trouble=Trouble.MALFORMED)
    try:
        signature = _with_changes(signature, embedded)
        if isinstance(signature.changes, SuspiciousModification):
            signature = replace(signature, pages=_pages(reader, signature.revision))
        return replace(signature, additions=additions(pdf, reader, embedded, places))
    except Exception as error:  # noqa: BLE001 - hostile revisions can raise anything
        _log.info("changes not readable", error=type(error).__name__)
        return replace(signature, changes=None)


def _unsupported(dictionary: DictionaryObject) -> Trouble | None:
    sub_filter = follow(dictionary, "/SubFilter")
    if sub_filter in _OUTDATED_SUB_FILTERS:
        return Trouble.OUTDATED
    known = _SUB_FILTERS.get(follow(dictionary, "/Type") or "/Sig", set())
    return None if sub_filter in known else Trouble.UNSUPPORTED


def _with_content(signature: Signature, embedded: EmbeddedPdfSignature) -> Signature:
    signed, digest = embedded.signed_data, embedded.compute_digest
    if embedded.sig_object_type == "/DocTimeStamp":
        stamp = read_stamp(signed, digest)
        seen = StampSeen(stamp)
        return replace(signature, embedded=embedded, document_stamp=seen, claimed_at=stamp.time)
    container = read_container(signed, digest)
    stamps = tuple(map(StampSeen, (*container.stamps, *container.content_stamps)))
    return replace(
        signature,
        embedded=embedded,
        container=container,
        stamps=stamps,
        claimed_at=_claimed_at(container, embedded),
    )


def _claimed_at(container: Container, embedded: EmbeddedPdfSignature) -> datetime | None:
    claimed: datetime | None = container.claimed_at
    if claimed is None:
        with suppress(PdfError, ValueError, TypeError, AttributeError):  # /M can hold anything
            claimed = embedded.self_reported_timestamp
    return claimed.replace(tzinfo=UTC) if claimed and claimed.tzinfo is None else claimed


def _with_changes(signature: Signature, embedded: EmbeddedPdfSignature) -> Signature:
    embedded.compute_integrity_info(DIFF_POLICY)
    summary = embedded.summarise_integrity_info()
    permission = embedded.docmdp_level
    whole = signature.coverage >= SignatureCoverageLevel.ENTIRE_REVISION
    return replace(
        signature,
        changes=embedded.diff_result if whole else None,
        permission=None if permission is None else int(permission.value),
        certifies=_certifies(embedded.sig_object),
        allows_changes=summary["docmdp_ok"] is not False,
    )


def _pages(reader: Reader, revision: int) -> tuple[int, int] | None:
    try:
        then = sum(1 for _ in pages_of(reader.get_historical_resolver(revision)))
        return then, sum(1 for _ in pages_of(reader))
    except Exception:  # noqa: BLE001 - hostile revisions can raise anything
        return None


def _certifies(dictionary: DictionaryObject) -> bool:
    references = [one.get_object() for one in entries(dictionary, "/Reference")]
    return any(follow(one, "/TransformMethod") == "/DocMDP" for one in references)
