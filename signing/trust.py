# (pyHanko is typed in part only)

"""Whom we trust: anchors, intermediate certificates and revocation lists from one folder.

Nothing is ever fetched while a document is checked: a document must not make us call an address it
names, and a verdict must not depend on the network of the moment. Lists are refreshed beside the
checks; where one is missing or out of date, revocation is "not established", not "good".
"""

import asyncio
import hashlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from pathlib import Path
from typing import Self

from asn1crypto import crl, pem, x509
from pyhanko.sign.validation.settings import KeyUsageConstraints
from pyhanko_certvalidator import CertificateValidator, ValidationContext
from pyhanko_certvalidator.errors import (
    ExpiredError,
    InsufficientRevinfoError,
    InvalidCertificateError,
    NotYetValidError,
    PathBuildingError,
    PathValidationError,
    RevokedError,
)

from kernel.errors import Refused

SIGNING_USAGE = KeyUsageConstraints(key_usage={"digital_signature", "non_repudiation"})
"""Either usage will do: authorities in the country mark signing certificates with one or both."""


class CertificateStatus(StrEnum):
    """What is known about a certificate at a moment."""

    GOOD = "GOOD"
    EXPIRED = "EXPIRED"
    NOT_YET_VALID = "NOT_YET_VALID"
    REVOKED = "REVOKED"
    UNTRUSTED = "UNTRUSTED"
    """It leads to no authority we trust, or may not sign documents."""
    UNKNOWN = "UNKNOWN"
    """Whether it is revoked could not be established."""


@dataclass(frozen=True, slots=True)
class Trust:
    """A trust list as it stood when it was loaded."""

    anchors: tuple[x509.Certificate, ...]
    intermediates: tuple[x509.Certificate, ...]
    crls: tuple[crl.CertificateList, ...]
    version: str
    """Hash of the contents, so that a verdict can say by which list it was made."""

    @classmethod
    def load(cls, folder: Path) -> Self:
        """Load ``anchors/*.pem``, ``intermediates/*.pem`` and ``crls/*.crl``.

        Raises:
            Refused: ``signing.unreadable_trust`` names the file that is not what it should be.
        """
        files = [
            *sorted(folder.glob("anchors/*.pem")),
            *sorted(folder.glob("intermediates/*.pem")),
            *sorted(folder.glob("crls/*.crl")),
        ]
        contents = {file: file.read_bytes() for file in files}
        return cls(
            anchors=tuple(_certificates(contents, "anchors")),
            intermediates=tuple(_certificates(contents, "intermediates")),
            crls=tuple(_lists(contents)),
            version=_version(contents),
        )

    def context(
        self, moment: datetime, others: Iterable[x509.Certificate] = ()
    ) -> ValidationContext:
        """Give what pyHanko needs to build and check a path as of ``moment``.

        A list published after ``moment`` counts for it: who was not revoked later was not before.
        """
        return ValidationContext(
            trust_roots=list(self.anchors),
            other_certs=[*self.intermediates, *others],
            crls=list(self.crls),
            moment=moment,
            allow_fetching=False,
            revocation_mode="require",
            retroactive_revinfo=True,
        )


def certificate_status(
    certificate_der: bytes, chain: Sequence[bytes], at: datetime, trust: Trust
) -> CertificateStatus:
    """Tell whether a certificate may sign documents at a moment (NĐ 68/2024 Đ31, Đ32).

    Raises:
        Refused: ``signing.unreadable_certificate``.
    """
    try:
        certificate = x509.Certificate.load(certificate_der, strict=True)
        others = [x509.Certificate.load(der, strict=True) for der in chain]
        return asyncio.run(status_of(certificate, others, at, trust))
    except ValueError as error:
        raise Refused("signing.unreadable_certificate") from error


async def status_of(
    certificate: x509.Certificate,
    others: Iterable[x509.Certificate],
    at: datetime,
    trust: Trust,
) -> CertificateStatus:
    """Tell the same of a parsed certificate, inside a running check."""
    validator = CertificateValidator(certificate, validation_context=trust.context(at, others))
    try:
        await validator.async_validate_path()
        SIGNING_USAGE.validate(certificate)
    except ExpiredError:
        return CertificateStatus.EXPIRED
    except NotYetValidError:
        return CertificateStatus.NOT_YET_VALID
    except RevokedError:
        return CertificateStatus.REVOKED
    except InsufficientRevinfoError:
        return CertificateStatus.UNKNOWN
    except (PathBuildingError, PathValidationError, InvalidCertificateError):
        return CertificateStatus.UNTRUSTED
    return CertificateStatus.GOOD


def _certificates(contents: Mapping[Path, bytes], kind: str) -> Iterator[x509.Certificate]:
    for file, data in contents.items():
        if file.parent.name != kind:
            continue
        try:
            for _, _, der in pem.unarmor(data, multiple=True):
                yield x509.Certificate.load(der, strict=True)
        except ValueError as error:
            raise Refused("signing.unreadable_trust", file=file.name) from error


def _lists(contents: Mapping[Path, bytes]) -> Iterator[crl.CertificateList]:
    for file, data in contents.items():
        if file.parent.name != "crls":
            continue
        try:
            der = pem.unarmor(data)[2] if pem.detect(data) else data
            yield crl.CertificateList.load(der, strict=True)
        except ValueError as error:
            raise Refused("signing.unreadable_trust", file=file.name) from error


def _version(contents: Mapping[Path, bytes]) -> str:
    digest = hashlib.sha256()
    for file, data in contents.items():
        digest.update(f"{file.parent.name}/{file.name}\0{len(data)}\0".encode() + data)
    return digest.hexdigest()[:16]
