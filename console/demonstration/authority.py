"""What the demonstration's authority is, told in certomancer's terms.

A root, one authority under it that issues everything, a responder for the status of certificates
and a time-stamping service; revocation lists of both authorities.
"""

import secrets
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from itertools import chain

from kernel.words import sentence

ARCHITECTURE = "test"
ROOT, ISSUING, TIME, STATUS = "root", "issuing", "time-stamping", "status"
AUTHORITIES = (ROOT, ISSUING)
OFFICES = (ROOT, ISSUING, TIME, STATUS)
"""Who has a private key that the server uses."""

_BEGUN = timedelta(days=360)
"""How long the authority claims to exist, so that there is room for expired certificates."""

_LIST_LIFE = timedelta(days=30)
_PERSON_LIFE = timedelta(days=3 * 365)
_SERVICE_LIFE = timedelta(days=22 * 365)
_AUTHORITY_LIFE = timedelta(days=30 * 365)
"""Long, as those of a national root, so that a check in 2046 of what is archived today can be tried
out; it takes today's last time-stamp for one that was renewed until then.
"""


class Standing(StrEnum):
    """What a certificate is to be good for."""

    GOOD = "good"
    EXPIRED = "expired"
    """It ended 30 days ago."""
    REVOKED = "revoked"
    """It was revoked 180 days ago."""


@dataclass(frozen=True, slots=True)
class Holder:
    """Who is to have a certificate."""

    label: str
    """Names the certificate inside the authority."""

    common_name: str
    standing: Standing


def describe(holders: Sequence[Holder], base_url: str, now: datetime) -> dict[str, object]:
    """Describe the authority.

    Args:
        holders: Who gets a certificate.
        base_url: Where the authority will be reached.
        now: The moment of creation.
    """
    mark = secrets.token_hex(4)  # keeps the names of two installations apart
    names = {label: f"{sentence(f'signing.demonstration.{label}')} {mark}" for label in OFFICES} | {
        holder.label: holder.common_name for holder in holders
    }
    files: dict[str, dict[str, object]]
    files = {label: {"path": f"{label}.pem"} for label in OFFICES}
    files |= {h.label: {"path": f"{h.label}.pem", "public-only": True} for h in holders}
    return {
        "external-url-prefix": base_url.rstrip("/"),
        "keysets": {ARCHITECTURE: {"path-prefix": "keys", "keys": files}},
        "pki-architectures": {
            ARCHITECTURE: {
                "keyset": ARCHITECTURE,
                "entity-defaults": {
                    "country-name": "VN",
                    "organization-name": sentence("signing.demonstration.organisation"),
                },
                "entities": {label: {"common-name": name} for label, name in names.items()},
                "certs": dict(chain(_authorities(now), _holders(holders, now))),
                "services": _services(),
            }
        },
    }


def _authorities(now: datetime) -> Iterator[tuple[str, object]]:
    life = _validity(now - _BEGUN, now + _AUTHORITY_LIFE)
    profile: dict[str, object] = {"crl-repo": ROOT}
    yield ROOT, _certificate(ROOT, life, profiles=[{"id": "simple-ca", "params": profile}])
    profile = {"crl-repo": ISSUING, "ocsp-service": STATUS, "max-path-len": 0}
    yield ISSUING, _certificate(ROOT, life, profiles=[{"id": "simple-ca", "params": profile}])
    life = _validity(now - _BEGUN, now + _SERVICE_LIFE)
    yield STATUS, _certificate(ISSUING, life, profiles=["ocsp-responder"])
    extensions = [
        {"id": "key_usage", "critical": True, "smart-value": _usage("digital_signature")},
        {"id": "extended_key_usage", "critical": True, "value": ["time_stamping"]},
    ]
    yield TIME, _certificate(ISSUING, life, extensions=extensions)


def _holders(holders: Iterable[Holder], now: datetime) -> Iterator[tuple[str, object]]:
    for holder in holders:
        expired = holder.standing is Standing.EXPIRED
        end = now - timedelta(days=30) if expired else now + _PERSON_LIFE
        life = _validity(now - _BEGUN, end)
        certificate = _certificate(ISSUING, life, profiles=["digsig-commitment"])
        if holder.standing is Standing.REVOKED:
            since = (now - timedelta(days=180)).isoformat()
            certificate["revocation"] = {"revoked-since": since, "reason": "key_compromise"}
        yield holder.label, certificate


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
        "crl-repo": {label: {"for-issuer": label} | schedule for label in AUTHORITIES},
        "ocsp": {STATUS: {"for-issuer": ISSUING, "responder-cert": STATUS, "signing-key": STATUS}},
        "time-stamping": {TIME: {"signing-key": TIME, "signing-cert": TIME}},
    }
