# (pyHanko is typed in part only)

"""Proof that lasts: time-stamps and validation data, written behind a signed file.

A signature is checked with what can be asked today. In ten years the certificates will have ended
and nobody will answer for them; so their state is written into the file, and time-stamps prove when
it was (ETSI EN 319 142-1). Each step is one incremental update: the signed bytes stay as they are,
and the seal's lock allows these updates and no others.
"""

import asyncio
import hashlib
from collections.abc import Generator
from dataclasses import dataclass
from datetime import datetime
from io import BytesIO
from typing import Any

from asn1crypto import cms, x509
from pyhanko.sign.fields import InvisSigSettings, SigFieldSpec
from pyhanko.sign.general import simple_cms_attribute
from pyhanko.sign.signers.cms_embedder import PdfCMSEmbedder, SigIOSetup, SigObjSetup
from pyhanko.sign.signers.constants import ESIC_EXTENSION_1
from pyhanko.sign.signers.pdf_byterange import DocumentTimestamp
from pyhanko.sign.validation.dss import DocumentSecurityStore

from kernel.errors import Refused, Unavailable
from kernel.words import sentence
from signing.holding.keys import facts
from signing.lasting.levels import Purpose, Use, is_documented, store_of, uses_of
from signing.lasting.material import Material, revocation_of
from signing.lasting.timestamps import TimeStampAuthority
from signing.making.update import Update
from signing.trusting.revocation import RevocationMaterial
from signing.trusting.trust import CertificateStatus, Trust, Usage, status_of

_DIGEST = "sha256"  # in pyHanko's spelling
_CONTAINERS = (
    12_288,
    65_536,
)  # hex digits kept free for a token; the second try is for long chains
_Writing = Generator[Any, Any, None]  # pyHanko's steps of putting a container into a file
_INVISIBLE = InvisSigSettings(set_print_flag=True)  # ISO 19005-2, 6.3.2 and 6.3.3


@dataclass(frozen=True, slots=True)
class Need:
    """A certificate on whose revocation word is still missing."""

    certificate: bytes
    issuer: bytes
    since: datetime
    """Word given before this moment does not settle it."""


def stamp_signature(pdf: bytes, authority: TimeStampAuthority) -> bytes:
    """Put a time-stamp beside the file's last signature, into the room its container has left.

    No signed byte changes, but the file does; so this is for a signature that nobody has seen yet.

    Raises:
        Unavailable: The authority gave no acceptable answer.
        Refused: ``proof.no_room``, or ``proof.not_last`` where something was added after it.
    """
    try:
        last = Update.of(pdf).prev.embedded_signatures[-1]
        _, begin, end, rest = (int(number) for number in last.byte_range)
    except Exception as error:  # what others have put into the file can raise anything
        raise Refused("proof.not_last") from error
    if last.sig_object_type != "/Sig" or end + rest != len(pdf):
        raise Refused("proof.not_last")
    digest = hashlib.sha256(last.signer_info["signature"].native).digest()
    token = cms.ContentInfo.load(authority.stamp(digest))
    last.signer_info["unsigned_attrs"] = cms.CMSAttributes(
        [simple_cms_attribute("signature_time_stamp_token", token)]
    )
    container = cms.ContentInfo({"content_type": "signed_data", "content": last.signed_data})
    digits = container.dump().hex().encode()
    room = end - begin - 2  # the angle brackets around the digits stay
    if len(digits) > room:
        raise Refused("proof.no_room")
    return b"".join((pdf[: begin + 1], digits.ljust(room, b"0"), pdf[end - 1 :]))


def add_document_timestamp(pdf: bytes, authority: TimeStampAuthority) -> bytes:
    """Prove that ``pdf``, as it is, exists now; the result begins with ``pdf``.

    Raises:
        Unavailable: The authority gave no acceptable answer; try later.
        Refused: What ``Update`` refuses.
    """
    for container in _CONTAINERS:
        digest, writing, out = _prepare_stamp(Update.of(pdf), container)
        token = authority.stamp(digest)
        if 2 * len(token) <= container:
            writing.send(cms.ContentInfo.load(token))
            return out.getvalue()
    raise Unavailable("proof.stamp_oversized")


def needs(pdf: bytes, trust: Trust, known: Material) -> tuple[Need, ...]:
    """Tell on which certificates word is missing in the file and in ``known``.

    Raises:
        Refused: As ``embed_validation_data``.
    """
    return asyncio.run(_needs(pdf, trust, known))


def embed_validation_data(pdf: bytes, trust: Trust, known: Material) -> bytes:
    """Write into ``pdf`` what all its signatures and time-stamps are checked with (B-LT).

    Only what the file does not hold already is looked at, so that a renewal does not ask today's
    authorities about yesterday's certificates.

    Args:
        pdf: A file whose signatures are all time-stamped.
        trust: Whom to trust; its intermediate certificates complete the chains.
        known: Certificates, lists and answers to choose from.

    Raises:
        Unavailable: ``proof.revocation_not_yet``: no word on a certificate was given after its use.
        Refused: ``proof.not_stamped``; or ``proof.certificate_untrusted``,
            ``proof.certificate_not_good``: the signature was not good when it was stamped.
    """
    added = asyncio.run(_collect(pdf, trust, known))
    if added == Material():
        return pdf
    update = Update.of(pdf)
    DocumentSecurityStore.supply_dss_in_writer(
        update, None, certs=added.certificates, crls=added.crls, ocsps=added.ocsps
    )
    return update.whole()


def renew(pdf: bytes, authority: TimeStampAuthority, trust: Trust, known: Material) -> bytes:
    """Vouch for the last time-stamp while it can still be checked, and stamp anew (B-LTA).

    Raises:
        Unavailable: As the two steps it is made of; nothing is kept of the first without the other.
        Refused: As ``embed_validation_data``.
    """
    return add_document_timestamp(embed_validation_data(pdf, trust, known), authority)


def _prepare_stamp(update: Update, container: int) -> tuple[bytes, _Writing, BytesIO]:
    """Write an invisible time-stamp field and give the digest whose token is still missing."""
    update.register_extension(ESIC_EXTENSION_1)
    name = f"TimeStamp{len(update.prev.embedded_timestamp_signatures) + 1}"
    field = SigFieldSpec(
        name, readable_field_name=sentence("proof.field"), invis_sig_settings=_INVISIBLE
    )
    out = BytesIO()
    writing = PdfCMSEmbedder(field).write_cms(name, update, existing_fields_only=False)
    next(writing)
    writing.send(SigObjSetup(DocumentTimestamp(bytes_reserved=container)))
    digest, _ = writing.send(SigIOSetup(_DIGEST, output=out))
    return digest.document_digest, writing, out


@dataclass(frozen=True, slots=True)
class _Open:
    """A use of a certificate that the file does not document yet."""

    use: Use
    since: datetime
    chain: tuple[x509.Certificate, ...]
    """The user's certificate first, a trusted anchor last."""


async def _needs(pdf: bytes, trust: Trust, known: Material) -> tuple[Need, ...]:
    store, undocumented = await _look(pdf, trust)
    latest: dict[tuple[bytes, bytes], datetime] = {}
    for case in undocumented:
        _, missing = revocation_of(case.chain, case.since, store | known, after=True)
        for subject, issuer in missing:
            pair = subject.dump(), issuer.dump()
            latest[pair] = max(case.since, latest.get(pair, case.since))
    return tuple(Need(*pair, since) for pair, since in latest.items())


async def _collect(pdf: bytes, trust: Trust, known: Material) -> Material:
    store, undocumented = await _look(pdf, trust)
    added = Material()
    for case in undocumented:
        word, missing = revocation_of(case.chain, case.since, store | known, after=True)
        if missing:
            raise Unavailable("proof.revocation_not_yet", name=_name(missing[0][0]))
        await _require_good(case, word, trust)
        added |= Material(certificates=case.chain) | word
    return added


async def _look(pdf: bytes, trust: Trust) -> tuple[Material, tuple[_Open, ...]]:
    reader = Update.of(pdf).prev
    store = store_of(reader)
    uses = [use for use in uses_of(reader) if not is_documented(use, store, after=True)]
    return store, tuple([await _opened(use, trust) for use in uses])


async def _opened(use: Use, trust: Trust) -> _Open:
    if use.since is None:
        raise Refused("proof.not_stamped")
    paths = await trust.paths(use.certificate, use.others)
    if not paths:
        raise Refused("proof.certificate_untrusted", name=_name(use.certificate))
    in_force = [p for p in paths if p.window()[0] <= use.since <= p.window()[1]]
    return _Open(use, use.since, (in_force or paths)[0].certificates)


async def _require_good(case: _Open, word: Material, trust: Trust) -> None:
    """Refuse to vouch for a certificate that was not good when it was used (NĐ 68/2024 Đ31)."""
    found = await status_of(
        case.use.certificate,
        case.chain[1:],
        case.since,
        trust,
        extra=RevocationMaterial(
            crls=tuple(one.dump() for one in word.crls),
            ocsps=tuple(one.dump() for one in word.ocsps),
        ),
        usage=Usage.DOCUMENTS if case.use.purpose is Purpose.SIGNATURE else Usage.TIME_STAMPS,
    )
    match found:
        case CertificateStatus.GOOD:
            return
        case CertificateStatus.UNKNOWN:
            raise Unavailable("proof.revocation_not_yet", name=_name(case.use.certificate))
        case CertificateStatus.UNTRUSTED:
            raise Refused("proof.certificate_untrusted", name=_name(case.use.certificate))
        case _:
            raise Refused("proof.certificate_not_good", name=_name(case.use.certificate))


def _name(certificate: x509.Certificate) -> str:
    return facts(certificate.dump()).subject_name
