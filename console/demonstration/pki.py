"""A certification authority for demonstrations and tests, made anew in each installation.

Every certificate says in its organisation that it is a test without legal value. Keys are random
and never leave the installation, so no two installations trust each other and nothing here can be
mistaken for a certificate of Ban Cơ yếu. Certomancer issues the certificates from one configuration
and serves the same configuration afterwards (revocation list, OCSP, time-stamps).
"""

import json
import re
import secrets
import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from itertools import chain
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

from console.secret import secret
from kernel.words import sentence

_ARCHITECTURE = "test"
_ROOT, _ISSUING, _TIME, _STATUS = "root", "issuing", "time-stamping", "status"
_AUTHORITIES = (_ROOT, _ISSUING)

_BITS, _SEAL_BITS = 2048, 3072
_STRETCHING = 600_000
"""PBKDF2 rounds; opening a container then takes a fifth of a second."""

_BEGUN = timedelta(days=360)
"""How long the authority claims to exist, so that there is room for expired certificates."""

_LIST_LIFE = timedelta(days=30)
_PERSON_LIFE = timedelta(days=3 * 365)
_AUTHORITY_LIFE = timedelta(days=10 * 365)
_PLAIN_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*")


class Standing(StrEnum):
    """What a certificate is to be good for."""

    GOOD = "good"
    EXPIRED = "expired"
    """It ended 30 days ago."""
    REVOKED = "revoked"
    """It was revoked 180 days ago."""


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
    label: str
    common_name: str
    standing: Standing
    container: Path
    key: rsa.RSAPrivateKey


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
    persons = {p.key_id: _person(p, keys) for p in people}
    seals = {a.organ_id: _agency(a, keys) for a in agencies}
    subjects = [*persons.values(), *seals.values()]
    _write_keys(folder, subjects)
    configuration = _describe(subjects, base_url, now)
    authority = CertomancerConfig(configuration, key_search_dir=str(folder))
    architecture = authority.get_pki_arch(ArchLabel(_ARCHITECTURE))
    certificates = {
        label: architecture.get_cert(CertLabel(label)).dump()
        for label in (*_AUTHORITIES, *(s.label for s in subjects))
    }
    lists = {
        label: architecture.service_registry.get_crl(ServiceLabel(label), now).dump()
        for label in _AUTHORITIES
    }
    _write_trust(trust, certificates, lists, base_url)
    issuer = x509.load_der_x509_certificate(certificates[_ISSUING])
    seal_passphrase = secret(keys / "seal-passphrase")
    for subject in subjects:
        passphrase = passphrase_of_people if subject in persons.values() else seal_passphrase
        _write(
            subject.container, _contain(subject, certificates[subject.label], issuer, passphrase)
        )
    # Last, so that a creation that was interrupted is begun again.
    _write(_configuration(folder), json.dumps(configuration, indent=1).encode())
    return Issued(
        people={key_id: certificates[s.label] for key_id, s in persons.items()},
        seals={organ_id: certificates[s.label] for organ_id, s in seals.items()},
    )


def serve(folder: Path, port: int) -> list[str]:
    """Give the command line that serves revocation lists, OCSP and time-stamps on loopback."""
    program = [sys.executable, "-m", "certomancer", "--config", str(_configuration(folder))]
    return [*program, "animate", "--port", str(port), "--no-web-ui", "--no-time-override"]


def _configuration(folder: Path) -> Path:
    return folder / "certomancer.json"


def _person(person: PersonKey, keys: Path) -> _Subject:
    return _Subject(
        label=f"person-{_plain(person.key_id)}",
        common_name=person.full_name,
        standing=person.standing,
        container=keys / "people" / f"{person.key_id}.p12",
        key=rsa.generate_private_key(65537, _BITS),
    )


def _agency(agency: AgencyKey, keys: Path) -> _Subject:
    return _Subject(
        label=f"agency-{_plain(agency.organ_id)}",
        common_name=agency.name,
        standing=agency.standing,
        container=keys / "seals" / f"{agency.organ_id}.p12",
        key=rsa.generate_private_key(65537, _SEAL_BITS),
    )


def _plain(name: str) -> str:
    if not _PLAIN_NAME.fullmatch(name):
        raise ValueError(name)
    return name


def _describe(subjects: Sequence[_Subject], base_url: str, now: datetime) -> dict[str, object]:
    """Describe the authority in certomancer's terms."""
    mark = secrets.token_hex(4)  # keeps the names of two installations apart
    names = {
        label: f"{sentence(f'signing.demonstration.{label}')} {mark}"
        for label in (_ROOT, _ISSUING, _TIME, _STATUS)
    } | {s.label: s.common_name for s in subjects}
    files: dict[str, dict[str, object]]
    files = {label: {"path": f"{label}.pem"} for label in (_ROOT, _ISSUING, _TIME, _STATUS)}
    files |= {s.label: {"path": f"{s.label}.pem", "public-only": True} for s in subjects}
    return {
        "external-url-prefix": base_url.rstrip("/"),
        "keysets": {_ARCHITECTURE: {"path-prefix": "keys", "keys": files}},
        "pki-architectures": {
            _ARCHITECTURE: {
                "keyset": _ARCHITECTURE,
                "entity-defaults": {
                    "country-name": "VN",
                    "organization-name": sentence("signing.demonstration.organisation"),
                },
                "entities": {label: {"common-name": name} for label, name in names.items()},
                "certs": dict(chain(_authorities(now), _subjects(subjects, now))),
                "services": _services(),
            }
        },
    }


def _authorities(now: datetime) -> Iterator[tuple[str, object]]:
    life = _validity(now - _BEGUN, now + _AUTHORITY_LIFE)
    profile: dict[str, object] = {"crl-repo": _ROOT}
    yield _ROOT, _certificate(_ROOT, life, profiles=[{"id": "simple-ca", "params": profile}])
    profile = {"crl-repo": _ISSUING, "ocsp-service": _STATUS, "max-path-len": 0}
    yield _ISSUING, _certificate(_ROOT, life, profiles=[{"id": "simple-ca", "params": profile}])
    yield _STATUS, _certificate(_ISSUING, life, profiles=["ocsp-responder"])
    extensions = [
        {"id": "key_usage", "critical": True, "smart-value": _usage("digital_signature")},
        {"id": "extended_key_usage", "critical": True, "value": ["time_stamping"]},
    ]
    yield _TIME, _certificate(_ISSUING, life, extensions=extensions)


def _subjects(subjects: Iterable[_Subject], now: datetime) -> Iterator[tuple[str, object]]:
    for subject in subjects:
        expired = subject.standing is Standing.EXPIRED
        end = now - timedelta(days=30) if expired else now + _PERSON_LIFE
        life = _validity(now - _BEGUN, end)
        certificate = _certificate(_ISSUING, life, profiles=["digsig-commitment"])
        if subject.standing is Standing.REVOKED:
            since = (now - timedelta(days=180)).isoformat()
            certificate["revocation"] = {"revoked-since": since, "reason": "key_compromise"}
        yield subject.label, certificate


def _certificate(issuer: str, validity: object, **more: object) -> dict[str, object]:
    return {
        "issuer": issuer,
        "validity": validity,
        "serial": secrets.randbits(126) | 1,
        **more,
    }


def _validity(begin: datetime, end: datetime) -> dict[str, str]:
    return {"valid-from": begin.isoformat(), "valid-to": end.isoformat()}


def _usage(*usages: str) -> dict[str, object]:
    return {"schema": "key-usage", "params": list(usages)}


def _services() -> dict[str, object]:
    schedule = {"simulated-update-schedule": f"P{_LIST_LIFE.days}D"}
    return {
        "crl-repo": {label: {"for-issuer": label} | schedule for label in _AUTHORITIES},
        "ocsp": {
            _STATUS: {"for-issuer": _ISSUING, "responder-cert": _STATUS, "signing-key": _STATUS}
        },
        "time-stamping": {_TIME: {"signing-key": _TIME, "signing-cert": _TIME}},
    }


def _write_keys(folder: Path, subjects: Sequence[_Subject]) -> None:
    for label in (_ROOT, _ISSUING, _TIME, _STATUS):
        key = rsa.generate_private_key(65537, _BITS)
        pem = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
        _write(folder / "keys" / f"{label}.pem", pem)
    for subject in subjects:
        public = subject.key.public_key()
        pem = public.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
        _write(folder / "keys" / f"{subject.label}.pem", pem)


def _write_trust(
    trust: Path, certificates: Mapping[str, bytes], lists: Mapping[str, bytes], base_url: str
) -> None:
    for label, kind in ((_ROOT, "anchors"), (_ISSUING, "intermediates")):
        pem = x509.load_der_x509_certificate(certificates[label]).public_bytes(Encoding.PEM)
        _write(trust / kind / f"{label}.pem", pem)
    for label, der in lists.items():
        _write(trust / "crls" / f"{label}.crl", der)
    address = f"{base_url.rstrip('/')}/{_ARCHITECTURE}/crls"
    sources = [
        {"issuer": label, "crl_url": f"{address}/{label}/latest.crl"} for label in _AUTHORITIES
    ]
    _write(trust / "sources.json", json.dumps(sources, indent=1).encode())


def _contain(
    subject: _Subject, certificate: bytes, issuer: x509.Certificate, passphrase: str
) -> bytes:
    protection = (
        PrivateFormat.PKCS12.encryption_builder()
        .kdf_rounds(_STRETCHING)
        .key_cert_algorithm(pkcs12.PBES.PBESv2SHA256AndAES256CBC)
        .hmac_hash(hashes.SHA256())
        .build(passphrase.encode())
    )
    return pkcs12.serialize_key_and_certificates(
        subject.label.encode(),
        subject.key,
        x509.load_der_x509_certificate(certificate),
        [issuer],
        protection,
    )


def _write(file: Path, data: bytes) -> None:
    """Write a file that only the installation's user may read."""
    file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    file.touch(mode=0o600)
    file.write_bytes(data)
