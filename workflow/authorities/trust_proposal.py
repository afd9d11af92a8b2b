"""What an administrator hands in to have an authority trusted, read and found fit or refused."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import urlsplit
from uuid import uuid4

from kernel.errors import Refused
from kernel.objects import sha256_of
from signing.trusting.authorities import AuthorityCertificate, read_authority
from workflow.models import TrustEntry, TrustKind, TrustScheme
from workflow.said import said

LARGEST = 64 * 1024
"""Bytes of a certificate file; the largest known has a tenth of that."""

_HOST = re.compile(r"[a-z0-9](?:[a-z0-9.-]*[a-z0-9])?(?::\d{1,5})?")


@dataclass(frozen=True, slots=True)
class Proposal:
    """What an administrator hands in to have an authority trusted."""

    kind: str
    scheme: str
    file: bytes
    """PEM or DER, as it was received."""

    provenance: str
    cps: str
    hosts: str
    crl_address: str


def entry_of(proposal: Proposal, *, demo: bool) -> TrustEntry:
    """Read what was handed in; the entry does not yet say who proposes it and when.

    Raises:
        Refused: The file is not the certificate of a fit authority, or what is said about it does
            not fit.
    """
    kind, scheme = _kind_of(proposal), _scheme_of(proposal, demo=demo)
    found = read_authority(_bounded(proposal.file))
    name, issuer = found.facts.subject_name, found.facts.issuer_name
    if found.is_root and kind is not TrustKind.ANCHOR:
        raise Refused("trust.root_is_anchor", name=name)
    if kind is TrustKind.ANCHOR and not found.is_root:
        raise Refused("trust.anchor_is_root", name=name, issuer=issuer)
    provenance = said(proposal.provenance)
    if not provenance:
        raise Refused("trust.provenance_missing")
    hosts = _hosts(proposal.hosts)
    return TrustEntry(
        id=uuid4(),
        **_columns(found),
        kind=kind,
        scheme=scheme,
        provenance=provenance,
        source_sha256=sha256_of(proposal.file),
        cps=_web_address(proposal.cps),
        hosts=" ".join(hosts),
        crl_address=_allowed_address(proposal.crl_address, hosts),
    )


def founding_entry(
    file: bytes, scheme: TrustScheme, provenance: str, crl_address: str, at: datetime
) -> TrustEntry:
    """Read an authority of an installation that is just being founded.

    There are no two administrators yet; the entry says so by naming nobody.
    """
    found = read_authority(file)
    return TrustEntry(
        **_columns(found),
        kind=TrustKind.ANCHOR if found.is_root else TrustKind.INTERMEDIATE,
        scheme=scheme,
        provenance=provenance,
        source_sha256=sha256_of(file),
        cps="",
        hosts=urlsplit(crl_address).netloc,
        crl_address=crl_address,
        proposed_at=at,
        confirmed_at=at,
    )


def _kind_of(proposal: Proposal) -> TrustKind:
    try:
        return TrustKind(proposal.kind)
    except ValueError as error:
        raise Refused("trust.kind_missing") from error


def _scheme_of(proposal: Proposal, *, demo: bool) -> TrustScheme:
    try:
        scheme = TrustScheme(proposal.scheme)
    except ValueError as error:
        raise Refused("trust.scheme_missing") from error
    if scheme is TrustScheme.TEST and not demo:
        raise Refused("trust.no_test_authority")
    return scheme


def _bounded(file: bytes) -> bytes:
    if not file:
        raise Refused("trust.file_missing")
    if len(file) > LARGEST:
        raise Refused("trust.file_too_large", limit=LARGEST // 1024)
    return file


def _hosts(written: str) -> list[str]:
    hosts = written.lower().replace(",", " ").replace(";", " ").split()
    for host in hosts:
        if not _HOST.fullmatch(host):
            raise Refused("trust.host_not_understood", host=host)
    return hosts


def _web_address(written: str) -> str:
    address = written.strip()
    if address and urlsplit(address).scheme not in {"http", "https"}:
        raise Refused("trust.address_not_understood", address=address)
    return address


def _allowed_address(written: str, hosts: Sequence[str]) -> str:
    address = _web_address(written)
    host = urlsplit(address).netloc.lower()
    if address and host not in hosts:
        raise Refused("trust.host_not_listed", host=host)
    return address


def _columns(certificate: AuthorityCertificate) -> dict[str, Any]:
    known = certificate.facts
    return {
        "fingerprint": known.fingerprint,
        "subject": known.subject_name,
        "issuer": known.issuer_name,
        "serial": known.serial,
        "not_before": known.not_before,
        "not_after": known.not_after,
        "der": certificate.der,
    }
