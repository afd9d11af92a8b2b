"""Revocation lists: read once, signature checked once, asked in microseconds.

To walk through a list with a hundred thousand revoked certificates at every question takes seconds.
So its entries are sorted into one row of bytes that is searched by halving, and the whole can be
handed to another process as it is.

What we do not understand entirely, we do not use (RFC 5280 5.2, 5.3): delta lists, indirect lists,
lists of some reasons only, unknown critical extensions.
"""

import hashlib
from bisect import bisect_left
from collections.abc import Hashable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from enum import StrEnum
from typing import Self

from asn1crypto import x509 as asn1_x509
from asn1crypto.core import GeneralizedTime
from cryptography import x509
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePublicKey
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
from cryptography.hazmat.primitives.serialization import load_der_public_key

from kernel.errors import Refused
from signing.trusting.standing import NOTHING_TOLD, Standing, Told, is_current

_EXPIRED_CERTIFICATES_ON_LIST = x509.ObjectIdentifier("2.5.29.60")
_UNDERSTOOD = {x509.CRLReason.oid, x509.InvalidityDate.oid}
_BROKEN_DIGESTS = {"md5", "sha1"}
_NEVER_LISTED = x509.ReasonFlags.remove_from_crl
_MALFORMED = (
    ValueError,
    TypeError,
    OverflowError,
    x509.DuplicateExtension,
    x509.UnsupportedGeneralNameType,
    UnsupportedAlgorithm,
)


class ListTrouble(StrEnum):
    """Why a well-formed list establishes nothing."""

    DELTA = "delta"
    INDIRECT = "indirect"
    SOME_REASONS = "some_reasons"
    UNKNOWN_EXTENSION = "unknown_extension"
    NO_END = "no_end"
    """It names no next update (RFC 5280 5.1.2.5 demands one)."""
    WEAK = "weak"


@dataclass(frozen=True, slots=True)
class Scope:
    """Which of an authority's certificates a list is about."""

    users: bool = True
    authorities: bool = True
    addresses: frozenset[str] = frozenset()
    """Where a certificate must say that its list lies; empty where that does not matter."""

    def includes(self, certificate: asn1_x509.Certificate) -> bool:
        """Tell whether the list would name the certificate if it were revoked."""
        if not (self.authorities if certificate.ca else self.users):
            return False
        return not self.addresses or bool(self.addresses & set(_addresses_in(certificate)))


@dataclass(frozen=True, slots=True)
class Entries:
    """Serial numbers in rising order, each as wide as the widest, with when and why."""

    width: int
    serials: bytes
    moments: tuple[int, ...]
    """Seconds since 1970, one per serial number."""

    reasons: tuple[str, ...]

    @classmethod
    def of(cls, revoked: list[tuple[int, int, str]]) -> Self:
        """Sort serial number, second and reason of each revoked certificate."""
        revoked.sort()
        width = max((serial.bit_length() // 8 + 1 for serial, _, _ in revoked), default=1)
        return cls(
            width=width,
            # Shifted, so that bytes sort as the numbers do, the negative ones of old lists too.
            serials=b"".join(_shifted(serial, width) for serial, _, _ in revoked),
            moments=tuple(moment for _, moment, _ in revoked),
            reasons=tuple(reason for _, _, reason in revoked),
        )

    def find(self, serial: int) -> tuple[datetime, str] | None:
        """Give when and why a certificate was revoked, if it was; the earliest where twice."""
        if serial.bit_length() // 8 + 1 > self.width:
            return None
        wanted = _shifted(serial, self.width)
        place = bisect_left(range(len(self.moments)), wanted, key=self._at)
        if place == len(self.moments) or self._at(place) != wanted:
            return None
        return datetime.fromtimestamp(self.moments[place], UTC), self.reasons[place]

    def _at(self, place: int) -> bytes:
        return self.serials[place * self.width : (place + 1) * self.width]


def _shifted(serial: int, width: int) -> bytes:
    return (serial + (1 << (8 * width - 1))).to_bytes(width, "big")


@dataclass(frozen=True, slots=True, eq=False)
class RevocationList:
    """A list as one authority published it; plain data, so it travels between processes."""

    der: bytes = field(repr=False)
    sha256: str
    issuer: Hashable
    """The authority's name in the form in which names are compared."""

    issuer_name: str
    this_update: datetime
    next_update: datetime | None
    trouble: ListTrouble | None
    scope: Scope
    expired_since: datetime | None
    """From when on expired certificates stay on it; else they fall off when they expire."""

    entries: Entries = field(repr=False)
    signed_by: dict[bytes, bool] = field(default_factory=dict, repr=False)
    """Authorities' certificates (SHA-256) against which the signature was checked."""

    @classmethod
    def read(cls, der: bytes) -> Self:
        """Read a list; a hundred thousand entries take a third of a second.

        Raises:
            Refused: ``signing.unreadable_list``.
        """
        try:
            return cls._read(der, x509.load_der_x509_crl(der))
        except _MALFORMED as error:
            raise Refused("signing.unreadable_list") from error

    @classmethod
    def _read(cls, der: bytes, parsed: x509.CertificateRevocationList) -> Self:
        issuer = asn1_x509.Name.load(parsed.issuer.public_bytes())
        scope, narrowed = _scope(parsed)
        entries, unknown = _entries(parsed)
        return cls(
            der=der,
            sha256=hashlib.sha256(der).hexdigest(),
            issuer=issuer.hashable,
            issuer_name=issuer.human_friendly,
            this_update=parsed.last_update_utc,
            next_update=parsed.next_update_utc,
            trouble=_trouble(parsed) or narrowed or unknown,
            scope=scope,
            expired_since=_expired_since(parsed),
            entries=entries,
        )

    def tells(
        self, certificate: asn1_x509.Certificate, issuer: asn1_x509.Certificate, at: datetime
    ) -> Told:
        """Say what this list, published by ``issuer``, establishes about a certificate at ``at``.

        A certificate on hold counts as revoked: it was not in force (NĐ 68/2024 Đ31). Only while
        the list is current, though; a hold may have been lifted since.
        """
        if self.trouble or not self.scope.includes(certificate) or not self.is_signed_by(issuer):
            return NOTHING_TOLD
        current = is_current(at, self.this_update, self.next_update)
        found = self.entries.find(certificate.serial_number)
        if found is None:
            dropped = certificate.not_valid_after < self.this_update and (
                self.expired_since is None or self.expired_since > certificate.not_valid_after
            )
            good = current and not dropped
            return self._told(Standing.GOOD) if good else NOTHING_TOLD
        revoked_at, reason = found
        lasting = current or reason != x509.ReasonFlags.certificate_hold.value
        if revoked_at <= at:
            return self._told(Standing.REVOKED, revoked_at, reason) if lasting else NOTHING_TOLD
        return self._told(Standing.GOOD) if current else NOTHING_TOLD

    def _told(
        self, standing: Standing, revoked_at: datetime | None = None, reason: str = ""
    ) -> Told:
        return Told(
            standing, "crl", self.sha256, self.this_update, self.next_update, revoked_at, reason
        )

    def is_signed_by(self, issuer: asn1_x509.Certificate) -> bool:
        """Tell whether the authority published this list; looked up after the first time."""
        fingerprint = issuer.sha256
        if fingerprint not in self.signed_by:
            self.signed_by[fingerprint] = self._check(issuer)
        return self.signed_by[fingerprint]

    def _check(self, issuer: asn1_x509.Certificate) -> bool:
        usage = issuer.key_usage_value
        if issuer.subject.hashable != self.issuer or (usage and "crl_sign" not in usage.native):
            return False
        try:
            key = load_der_public_key(issuer.public_key.dump())
            if not isinstance(key, RSAPublicKey | EllipticCurvePublicKey):
                return False
            return x509.load_der_x509_crl(self.der).is_signature_valid(key)
        except _MALFORMED:
            return False


def _trouble(parsed: x509.CertificateRevocationList) -> ListTrouble | None:
    digest = parsed.signature_hash_algorithm
    if digest is None or digest.name in _BROKEN_DIGESTS:
        return ListTrouble.WEAK
    if parsed.next_update_utc is None:
        return ListTrouble.NO_END
    for extension in parsed.extensions:
        if extension.oid == x509.DeltaCRLIndicator.oid:
            return ListTrouble.DELTA
        if extension.critical and extension.oid != x509.IssuingDistributionPoint.oid:
            return ListTrouble.UNKNOWN_EXTENSION
    return None


def _scope(parsed: x509.CertificateRevocationList) -> tuple[Scope, ListTrouble | None]:
    try:
        told = parsed.extensions.get_extension_for_class(x509.IssuingDistributionPoint).value
    except x509.ExtensionNotFound:
        return Scope(), None
    if told.indirect_crl:
        return Scope(), ListTrouble.INDIRECT
    if told.only_some_reasons or told.only_contains_attribute_certs:
        return Scope(), ListTrouble.SOME_REASONS
    if told.relative_name is not None:
        return Scope(), ListTrouble.UNKNOWN_EXTENSION
    return Scope(
        users=not told.only_contains_ca_certs,
        authorities=not told.only_contains_user_certs,
        addresses=frozenset(str(name.value) for name in told.full_name or ()),
    ), None


def _entries(parsed: x509.CertificateRevocationList) -> tuple[Entries, ListTrouble | None]:
    trouble = None
    revoked = []
    for entry in parsed:
        reason = ""
        for extension in entry.extensions:
            if isinstance(extension.value, x509.CRLReason):
                reason = extension.value.reason.value
            elif extension.oid == x509.CertificateIssuer.oid:
                trouble = ListTrouble.INDIRECT
            elif extension.critical and extension.oid not in _UNDERSTOOD:
                trouble = ListTrouble.UNKNOWN_EXTENSION
        if reason != _NEVER_LISTED.value:
            moment = int(entry.revocation_date_utc.timestamp())
            revoked.append((entry.serial_number, moment, reason))
    return Entries.of(revoked), trouble


def _expired_since(parsed: x509.CertificateRevocationList) -> datetime | None:
    for extension in parsed.extensions:
        if extension.oid == _EXPIRED_CERTIFICATES_ON_LIST:
            value = extension.value
            if isinstance(value, x509.UnrecognizedExtension):
                since = GeneralizedTime.load(value.value).native
                return since if isinstance(since, datetime) else None
    return None


def _addresses_in(certificate: asn1_x509.Certificate) -> Iterator[str]:
    for point in certificate.crl_distribution_points:
        name = point["distribution_point"]
        if name.name == "full_name":
            for general in name.chosen:
                yield str(general.native)
