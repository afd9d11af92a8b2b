"""A certification authority for demonstrations and tests, made anew in each installation.

Every certificate says in its organisation that it is a test without legal value. Keys are random
and never leave the installation, so no two installations trust each other and nothing here can be
mistaken for a certificate of Ban Cơ yếu. Certomancer issues the certificates from one description
and serves the same description afterwards (revocation lists, OCSP, time-stamps).
"""

import json
import re
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

from certomancer.registry import ArchLabel, CertLabel, CertomancerConfig, ServiceLabel
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
    pkcs12,
)

from console.demonstration.authority import (
    ARCHITECTURE,
    AUTHORITIES,
    ISSUING,
    OFFICES,
    ROOT,
    TIME,
    Holder,
    Standing,
    describe,
)
from console.secret import secret

__all__ = ["AgencyKey", "Issued", "PersonKey", "Standing", "create", "serve", "time_stamps_at"]

_BITS, _SEAL_BITS = 2048, 3072
_STRETCHING = 600_000
"""PBKDF2 rounds; opening a container then takes a fifth of a second."""

_PLAIN_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*")


@dataclass(frozen=True, slots=True)
class PersonKey:
    """A person who is to have a key."""

    key_id: str
    full_name: str
    standing: Standing = Standing.GOOD


@dataclass(frozen=True, slots=True)
class AgencyKey:
    """An agency that is to have a seal key."""

    organ_id: str
    name: str
    standing: Standing = Standing.GOOD


@dataclass(frozen=True, slots=True)
class Issued:
    """The certificates made, DER, to be registered for their holders."""

    people: Mapping[str, bytes]
    """By ``key_id``."""

    seals: Mapping[str, bytes]
    """By ``organ_id``."""


@dataclass(frozen=True, slots=True)
class _Subject:
    holder: Holder
    container: Path
    passphrase: str = field(repr=False)
    key: rsa.RSAPrivateKey = field(repr=False)


def create(  # noqa: PLR0913, PLR0917 - three folders, two lists, an address, a passphrase
    folder: Path,
    keys: Path,
    trust: Path,
    people: Sequence[PersonKey],
    agencies: Sequence[AgencyKey],
    base_url: str,
    passphrase_of_people: str,
) -> Issued:
    """Make the authority and everybody's keys.

    Args:
        folder: The authority's own configuration and keys.
        keys: Gets ``people/<key_id>.p12``, ``seals/<organ_id>.p12`` and ``seal-passphrase``.
        trust: Gets ``anchors``, ``intermediates``, ``crls/<issuer>.crl`` and ``sources.json``,
            which tells where a fresh list of each issuer is fetched.
        people: Who gets a personal key.
        agencies: Who gets a seal key.
        base_url: Where ``serve`` will be reached, written into the certificates.
        passphrase_of_people: Opens every personal container.

    Raises:
        FileExistsError: The authority exists already.
        ValueError: A ``key_id`` or ``organ_id`` is not a plain file name.
    """
    if _configuration(folder).exists():
        raise FileExistsError(folder)
    for place in (folder, keys, trust):
        place.mkdir(mode=0o700, parents=True, exist_ok=True)
    now = datetime.now(UTC).replace(microsecond=0)
    seal_passphrase = secret(keys / "seal-passphrase")
    persons = {p.key_id: _person(p, keys, passphrase_of_people) for p in people}
    seals = {a.organ_id: _agency(a, keys, seal_passphrase) for a in agencies}
    subjects = [*persons.values(), *seals.values()]
    _write_keys(folder, subjects)
    configuration = describe([s.holder for s in subjects], base_url, now)
    authority = CertomancerConfig(configuration, key_search_dir=str(folder))
    architecture = authority.get_pki_arch(ArchLabel(ARCHITECTURE))
    certificates = {
        label: architecture.get_cert(CertLabel(label)).dump()
        for label in (*AUTHORITIES, *(s.holder.label for s in subjects))
    }
    lists = {
        label: architecture.service_registry.get_crl(ServiceLabel(label), now).dump()
        for label in AUTHORITIES
    }
    _write_trust(trust, certificates, lists, base_url)
    issuer = x509.load_der_x509_certificate(certificates[ISSUING])
    for subject in subjects:
        certificate = x509.load_der_x509_certificate(certificates[subject.holder.label])
        _write(subject.container, _contain(subject, certificate, issuer))
    # Last, so that a creation that was interrupted is begun again.
    _write(_configuration(folder), json.dumps(configuration, indent=1).encode())
    return Issued(
        people={key_id: certificates[s.holder.label] for key_id, s in persons.items()},
        seals={organ_id: certificates[s.holder.label] for organ_id, s in seals.items()},
    )


def serve(folder: Path, port: int) -> list[str]:
    """Give the command line that serves revocation lists, OCSP and time-stamps on loopback."""
    module = "console.demonstration.serving"
    return [sys.executable, "-m", module, str(folder), str(port)]


def time_stamps_at(port: int) -> str:
    """Give the address at which what ``serve`` starts gives time-stamps."""
    return f"http://127.0.0.1:{port}/{ARCHITECTURE}/tsa/{TIME}"


def _configuration(folder: Path) -> Path:
    return folder / "certomancer.json"


def _person(person: PersonKey, keys: Path, passphrase: str) -> _Subject:
    return _Subject(
        holder=Holder(f"person-{_plain(person.key_id)}", person.full_name, person.standing),
        container=keys / "people" / f"{person.key_id}.p12",
        passphrase=passphrase,
        key=rsa.generate_private_key(65537, _BITS),
    )


def _agency(agency: AgencyKey, keys: Path, passphrase: str) -> _Subject:
    return _Subject(
        holder=Holder(f"agency-{_plain(agency.organ_id)}", agency.name, agency.standing),
        container=keys / "seals" / f"{agency.organ_id}.p12",
        passphrase=passphrase,
        key=rsa.generate_private_key(65537, _SEAL_BITS),
    )


def _plain(name: str) -> str:
    if not _PLAIN_NAME.fullmatch(name):
        raise ValueError(name)
    return name


def _write_keys(folder: Path, subjects: Sequence[_Subject]) -> None:
    for label in OFFICES:
        key = rsa.generate_private_key(65537, _BITS)
        pem = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
        _write(folder / "keys" / f"{label}.pem", pem)
    for subject in subjects:
        public = subject.key.public_key()
        pem = public.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
        _write(folder / "keys" / f"{subject.holder.label}.pem", pem)


def _write_trust(
    trust: Path, certificates: Mapping[str, bytes], lists: Mapping[str, bytes], base_url: str
) -> None:
    for label, kind in ((ROOT, "anchors"), (ISSUING, "intermediates")):
        pem = x509.load_der_x509_certificate(certificates[label]).public_bytes(Encoding.PEM)
        _write(trust / kind / f"{label}.pem", pem)
    for label, der in lists.items():
        _write(trust / "crls" / f"{label}.crl", der)
    address = f"{base_url.rstrip('/')}/{ARCHITECTURE}/crls"
    sources = [
        {"issuer": label, "crl_url": f"{address}/{label}/latest.crl"} for label in AUTHORITIES
    ]
    _write(trust / "sources.json", json.dumps(sources, indent=1).encode())


def _contain(subject: _Subject, certificate: x509.Certificate, issuer: x509.Certificate) -> bytes:
    protection = (
        PrivateFormat.PKCS12.encryption_builder()
        .kdf_rounds(_STRETCHING)
        .key_cert_algorithm(pkcs12.PBES.PBESv2SHA256AndAES256CBC)
        .hmac_hash(hashes.SHA256())
        .build(subject.passphrase.encode())
    )
    return pkcs12.serialize_key_and_certificates(
        subject.holder.label.encode(), subject.key, certificate, [issuer], protection
    )


def _write(file: Path, data: bytes) -> None:
    """Write a file that only the installation's user may read."""
    file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    file.touch(mode=0o600)
    file.write_bytes(data)
