"""The trust list as files, for the processes of this machine that check signatures.

They open no database, so what two administrators decided is written down for them: certificates,
and the last revocation list of each authority. An installation whose table never had an entry keeps
the folder that its operator filled by hand.
"""

import base64
import json
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path

from sqlalchemy import select
from sqlalchemy.orm import Session

from kernel.objects import Artifacts
from kernel.words import sentence
from signing.trusting.revocation import read_list
from workflow.authorities.trust_list import entries, trusted
from workflow.authorities.trust_proposal import founding_entry
from workflow.models import RevocationList, TrustEntry, TrustKind, TrustScheme
from workflow.office import Office

_FOLDERS = {TrustKind.ANCHOR: "anchors", TrustKind.INTERMEDIATE: "intermediates"}
_LISTS = "crls"


def publish(office: Office, folder: Path) -> bool:
    """Bring the folder into line with the table; tell whether anything was changed.

    Raises:
        Unavailable: The database or the store cannot be reached.
    """
    with office.sessions() as session:
        if not entries(session):
            return False
        listed = trusted(session)
        addresses = {entry.crl_address for entry in listed} - {""}
        hashes = session.scalars(
            select(RevocationList.sha256).where(
                RevocationList.address.in_(addresses), RevocationList.sha256.is_not(None)
            )
        ).all()
    changed = _bring_into_line(folder, {_file_of(entry): _pem(entry) for entry in listed})
    lists = {f"{_LISTS}/{sha256}.crl": sha256 for sha256 in hashes if sha256}
    return _store_lists(office.artifacts, folder, lists) or changed


def adopt(session: Session, artifacts: Artifacts, folder: Path, at: datetime) -> None:
    """Put the test authorities that founded a demonstration on the list, with their lists.

    Raises:
        Unavailable: The store cannot be reached.
    """
    sources = json.loads((folder / "sources.json").read_text(encoding="utf-8"))
    addresses = {source["issuer"]: source["crl_url"] for source in sources}
    provenance = sentence("trust.founding")
    for kind in _FOLDERS.values():
        for file in sorted((folder / kind).glob("*.pem")):
            address = addresses.get(file.stem, "")
            entry = founding_entry(file.read_bytes(), TrustScheme.TEST, provenance, address, at)
            session.add(entry)
            published = folder / _LISTS / f"{file.stem}.crl"
            if published.exists():
                session.add(_adopted_list(entry, artifacts, published.read_bytes(), at))


def _adopted_list(
    entry: TrustEntry, artifacts: Artifacts, der: bytes, at: datetime
) -> RevocationList:
    published = read_list(der)
    return RevocationList(
        issuer=entry.subject,
        address=entry.crl_address,
        sha256=artifacts.put(der),
        this_update=published.this_update,
        next_update=published.next_update,
        fetched_at=at,
        tried_at=at,
    )


def _file_of(entry: TrustEntry) -> str:
    return f"{_FOLDERS[entry.kind]}/{entry.fingerprint}.pem"


def _pem(entry: TrustEntry) -> bytes:
    text = base64.encodebytes(entry.der)
    return b"-----BEGIN CERTIFICATE-----\n" + text + b"-----END CERTIFICATE-----\n"


def _bring_into_line(folder: Path, wanted: Mapping[str, bytes]) -> bool:
    missing = {name: data for name, data in wanted.items() if not (folder / name).exists()}
    for name, data in missing.items():
        _write(folder / name, data)
    removed = [_remove_others(folder / kind, wanted) for kind in _FOLDERS.values()]
    return bool(missing) or any(removed)


def _store_lists(artifacts: Artifacts, folder: Path, wanted: Mapping[str, str]) -> bool:
    missing = {name: sha256 for name, sha256 in wanted.items() if not (folder / name).exists()}
    for name, sha256 in missing.items():
        _write(folder / name, artifacts.get(sha256))
    return _remove_others(folder / _LISTS, wanted) or bool(missing)


def _remove_others(folder: Path, wanted: Mapping[str, object]) -> bool:
    others = [
        file
        for file in folder.glob("*")
        if f"{folder.name}/{file.name}" not in wanted and file.suffix in {".pem", ".crl"}
    ]
    for file in others:
        file.unlink(missing_ok=True)
    return bool(others)


def _write(file: Path, data: bytes) -> None:
    """Write so that no reader ever sees half a file."""
    file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    fresh = file.with_suffix(".new")
    fresh.touch(mode=0o600)
    fresh.write_bytes(data)
    fresh.replace(file)
