# (pyHanko is typed in part only)

"""Whom we trust, and what is known of a certificate under that trust.

Nothing is ever fetched while a document is checked: a document must not make us call an address it
names, and a verdict must not depend on the network of the moment. Lists are refreshed beside the
checks; where one is missing or out of date, revocation is "not established", not "good".
"""

import asyncio
import hashlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from itertools import pairwise
from pathlib import Path as File
from typing import Self

from asn1crypto import pem, x509
from pyhanko.sign.validation.settings import KeyUsageConstraints
from pyhanko_certvalidator import ValidationContext
from pyhanko_certvalidator.errors import InvalidCertificateError

from kernel.errors import Refused
from signing.trusting.crl import RevocationList
from signing.trusting.paths import Path, verified_paths
from signing.trusting.revocation import NO_MATERIAL, Revocation, RevocationMaterial, read_list
from signing.trusting.standing import Standing, Told

SIGNING_USAGE = KeyUsageConstraints(key_usage={"digital_signature", "non_repudiation"})
"""Either usage will do: authorities in the country mark signing certificates with one or both."""

_NOT_FOR_DOCUMENTS = {"server_auth", "code_signing", "time_stamping", "ocsp_signing"}
_PATHS_KEPT = 1000
_LOOKS = 5


class CertificateStatus(StrEnum):
    """What is known about a certificate at a moment."""

    GOOD = "GOOD"
    REVOKED = "REVOKED"
    UNKNOWN = "UNKNOWN"
    """Whether it is revoked could not be established."""
    EXPIRED = "EXPIRED"
    NOT_YET_VALID = "NOT_YET_VALID"
    UNTRUSTED = "UNTRUSTED"
    """It leads to no authority we trust, or may not be used for this."""


class Usage(StrEnum):
    """What a certificate was used for."""

    DOCUMENTS = "documents"
    TIME_STAMPS = "time_stamps"


@dataclass(frozen=True, slots=True)
class Assessment:
    """What is known about a certificate at a moment, and from what."""

    status: CertificateStatus
    path: tuple[x509.Certificate, ...] = ()
    """From the certificate up to the anchor; empty where there is no path."""

    told: tuple[Told, ...] = ()
    """For each certificate of the path but the anchor: what established whether it is revoked."""


@dataclass(frozen=True, slots=True)
class Trust:
    """A trust list as it stood when it was loaded."""

    anchors: tuple[x509.Certificate, ...]
    intermediates: tuple[x509.Certificate, ...]
    crls: tuple[RevocationList, ...]
    version: str
    """Hash of the contents, so that a verdict can say by which list it was made."""

    _paths: dict[tuple[bytes, frozenset[bytes]], tuple[Path, ...]] = field(
        default_factory=dict, init=False, repr=False, compare=False
    )
    """Paths already verified: by certificate and the certificates that came with it."""

    @classmethod
    def load(cls, folder: File) -> Self:
        """Load ``anchors/*.pem``, ``intermediates/*.pem`` and ``crls/*.crl``.

        Raises:
            Refused: ``signing.unreadable_trust`` names the file that is not what it should be.
        """
        contents = _contents(folder)
        trust = cls(
            anchors=tuple(_certificates(contents, "anchors")),
            intermediates=tuple(_certificates(contents, "intermediates")),
            crls=tuple(_lists(contents)),
            version=_version(contents),
        )
        trust.check_lists()
        return trust

    @classmethod
    def of(cls, anchors: Iterable[bytes], intermediates: Iterable[bytes]) -> Self:
        """Make a trust list of certificates, DER, without any revocation list."""
        roots, between = [*anchors], [*intermediates]
        return cls(
            anchors=tuple(x509.Certificate.load(der) for der in roots),
            intermediates=tuple(x509.Certificate.load(der) for der in between),
            crls=(),
            version=hashlib.sha256(b"".join([*roots, *between])).hexdigest()[:16],
        )

    def check_lists(self) -> None:
        """Check the lists' signatures now, so that no later question has to wait for that."""
        for one in self.crls:
            for authority in self.authorities(one.issuer):
                one.is_signed_by(authority)

    def authorities(self, name: object) -> tuple[x509.Certificate, ...]:
        """Give the authorities on the list that bear a name (in its hashable form)."""
        known = (*self.anchors, *self.intermediates)
        return tuple(one for one in known if one.subject.hashable == name)

    def context(
        self, moment: datetime, others: Iterable[x509.Certificate] = ()
    ) -> ValidationContext:
        """Give what pyHanko needs to build and check a path as of ``moment``.

        Revocation is left out: it would read every list anew, which takes seconds where they are
        large, and with less care than ``assess``.
        """
        return ValidationContext(
            trust_roots=list(self.anchors),
            other_certs=[*self.intermediates, *others],
            moment=moment,
            allow_fetching=False,
            revocation_mode="soft-fail",
        )

    async def paths(
        self, certificate: x509.Certificate, others: Iterable[x509.Certificate]
    ) -> tuple[Path, ...]:
        """Give the ways from a certificate to an anchor, verified once and then remembered."""
        beside = {one.sha256: one for one in others}
        asked = certificate.sha256, frozenset(beside)
        if asked not in self._paths:
            if len(self._paths) >= _PATHS_KEPT:
                self._paths.clear()
            between = (*self.intermediates, *beside.values())
            self._paths[asked] = await verified_paths(certificate, between, self.anchors)
        return self._paths[asked]


def certificate_status(
    certificate_der: bytes,
    chain: Sequence[bytes],
    at: datetime,
    trust: Trust,
    extra: RevocationMaterial = NO_MATERIAL,
) -> CertificateStatus:
    """Tell whether a certificate may sign documents at a moment (NĐ 68/2024 Đ31, Đ32).

    Raises:
        Refused: ``signing.unreadable_certificate``.
    """
    return assessment_of(certificate_der, chain, at, trust, extra).status


def assessment_of(
    certificate_der: bytes,
    chain: Sequence[bytes],
    at: datetime,
    trust: Trust,
    extra: RevocationMaterial = NO_MATERIAL,
) -> Assessment:
    """Tell the same with everything that it rests on, so that it can be kept (K9, V7).

    Raises:
        Refused: ``signing.unreadable_certificate``.
    """
    try:
        certificate = x509.Certificate.load(certificate_der, strict=True)
        others = [x509.Certificate.load(der, strict=True) for der in chain]
        return asyncio.run(assess(certificate, others, at, trust, extra=extra))
    except (ValueError, TypeError) as error:
        raise Refused("signing.unreadable_certificate") from error


async def status_of(  # noqa: PLR0913 - the question, and what it may be answered from
    certificate: x509.Certificate,
    others: Iterable[x509.Certificate],
    at: datetime,
    trust: Trust,
    *,
    extra: RevocationMaterial = NO_MATERIAL,
    usage: Usage = Usage.DOCUMENTS,
) -> CertificateStatus:
    """Tell the same of a parsed certificate, inside a running check."""
    return (await assess(certificate, others, at, trust, extra=extra, usage=usage)).status


async def assess(  # noqa: PLR0913 - the question, and what it may be answered from
    certificate: x509.Certificate,
    others: Iterable[x509.Certificate],
    at: datetime,
    trust: Trust,
    *,
    extra: RevocationMaterial = NO_MATERIAL,
    usage: Usage = Usage.DOCUMENTS,
) -> Assessment:
    """Tell what is known of a certificate at ``at``, by the path that speaks best for it.

    Args:
        certificate: Whose status is asked.
        others: Certificates that came with it, to build a path from.
        at: When it was used.
        trust: Whom to trust.
        extra: Lists and answers that came with the document, asked beside our own.
        usage: What it was used for.
    """
    if not is_for(certificate, usage):
        return Assessment(CertificateStatus.UNTRUSTED)
    revocation = Revocation.of(trust.crls, extra)
    judged = [
        _judged(path, revocation, trust, at) for path in await trust.paths(certificate, others)
    ]
    order = list(CertificateStatus).index
    return min(
        judged,
        key=lambda one: order(one.status),
        default=Assessment(CertificateStatus.UNTRUSTED),
    )


def is_for(certificate: x509.Certificate, usage: Usage) -> bool:
    """Tell whether a certificate was issued for a use, or at least not for others alone."""
    extended = certificate.extended_key_usage_value
    purposes = set(extended.native) if extended else set()
    if usage is Usage.TIME_STAMPS:
        return "time_stamping" in purposes
    try:
        SIGNING_USAGE.validate(certificate)
    except InvalidCertificateError:
        return False
    return not purposes or not purposes <= _NOT_FOR_DOCUMENTS


def _judged(path: Path, revocation: Revocation, trust: Trust, at: datetime) -> Assessment:
    """Judge a path at a moment; the anchor is trusted because it stands on our list."""
    begin, end = path.window()
    told = tuple(
        revocation.told(certificate, _authorities(issuer, trust), at)
        for certificate, issuer in pairwise(path.certificates)
    )
    standings = {one.standing for one in told}
    if told and at < begin:
        status = CertificateStatus.NOT_YET_VALID
    elif told and at > end:
        status = CertificateStatus.EXPIRED
    elif Standing.REVOKED in standings:
        status = CertificateStatus.REVOKED
    elif Standing.UNKNOWN in standings:
        status = CertificateStatus.UNKNOWN
    else:
        status = CertificateStatus.GOOD
    return Assessment(status, path.certificates, told)


def _authorities(issuer: x509.Certificate, trust: Trust) -> Iterator[x509.Certificate]:
    """Give the issuer, and the same authority under its other keys, which may sign its lists."""
    yield issuer
    for one in trust.authorities(issuer.subject.hashable):
        if one.sha256 != issuer.sha256:
            yield one


def _contents(folder: File) -> dict[File, bytes]:
    """Read every file; where one was replaced by a newer one meanwhile, look again."""
    for _ in range(_LOOKS):
        try:
            return {
                file: file.read_bytes()
                for pattern in ("anchors/*.pem", "intermediates/*.pem", "crls/*.crl")
                for file in sorted(folder.glob(pattern))
            }
        except FileNotFoundError:
            continue
    raise Refused("signing.unreadable_trust", file=folder.name)


def _certificates(contents: Mapping[File, bytes], kind: str) -> Iterator[x509.Certificate]:
    for file, data in contents.items():
        if file.parent.name != kind:
            continue
        try:
            for _, _, der in pem.unarmor(data, multiple=True):
                yield x509.Certificate.load(der, strict=True)
        except ValueError as error:
            raise Refused("signing.unreadable_trust", file=file.name) from error


def _lists(contents: Mapping[File, bytes]) -> Iterator[RevocationList]:
    for file, data in contents.items():
        if file.parent.name != "crls":
            continue
        try:
            yield read_list(pem.unarmor(data)[2] if pem.detect(data) else data)
        except (ValueError, Refused) as error:
            raise Refused("signing.unreadable_trust", file=file.name) from error


def _version(contents: Mapping[File, bytes]) -> str:
    digest = hashlib.sha256()
    for file, data in contents.items():
        digest.update(f"{file.parent.name}/{file.name}\0{len(data)}\0".encode() + data)
    return digest.hexdigest()[:16]
