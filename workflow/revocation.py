"""Revocation lists, fetched ahead of need from the addresses on our own trust list.

The validator never follows an address that a file names; it reads what lies in the trust folder.
A list that cannot be fetched stays as it was, and once it is out of date a verdict says "not
established".
"""

import json
from pathlib import Path

import httpx

from kernel.errors import Unavailable
from kernel.log import logger

_LARGEST = 64 * 1024 * 1024  # bytes; the largest public list known is a third of that
_log = logger(__name__)


def refresh(trust_folder: Path) -> int:
    """Fetch every list named in ``sources.json``; give how many were renewed.

    Raises:
        Unavailable: At least one list could not be fetched; the others were renewed.
    """
    sources = trust_folder / "sources.json"
    if not sources.exists():
        return 0
    renewed, failed = 0, 0
    for source in json.loads(sources.read_text(encoding="utf-8")):
        issuer = Path(source["issuer"]).name
        try:
            answer = httpx.get(source["crl_url"], timeout=20, follow_redirects=False)
            answer.raise_for_status()
        except httpx.HTTPError as error:
            _log.warning("revocation list not fetched", issuer=issuer, cause=type(error).__name__)
            failed += 1
            continue
        if len(answer.content) <= _LARGEST:
            _replace(trust_folder / "crls" / f"{issuer}.crl", answer.content)
            renewed += 1
    if failed:
        raise Unavailable("signing.revocation_unavailable")
    return renewed


def _replace(file: Path, data: bytes) -> None:
    file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    if file.exists() and file.read_bytes() == data:
        return
    fresh = file.with_suffix(".new")
    fresh.write_bytes(data)
    fresh.replace(file)
