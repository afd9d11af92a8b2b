"""Artifacts: bytes that never change, named by their SHA-256.

A folder on one machine, an S3-compatible store where more machines share it; ``obstore`` speaks to
both. Writing the same bytes twice is harmless, which makes every step that stores repeatable.
"""

import hashlib
from pathlib import Path

import obstore
from obstore.exceptions import BaseError
from obstore.store import LocalStore, ObjectStore, from_url

from kernel.errors import Unavailable


def sha256_of(data: bytes) -> str:
    """Name bytes: their SHA-256 in lower-case hex."""
    return hashlib.sha256(data).hexdigest()


class ArtifactCorrupt(Exception):
    """The store gave bytes that are not those that were stored."""


class Artifacts:
    """The object store, by content."""

    def __init__(self, store: ObjectStore) -> None:
        self._store = store

    @classmethod
    def at(cls, address: str) -> "Artifacts":
        """Open the store at a folder path or an ``s3://`` address."""
        if "://" in address:
            return cls(from_url(address))
        folder = Path(address)
        folder.mkdir(parents=True, exist_ok=True)
        return cls(LocalStore(folder))

    @staticmethod
    def _key(sha256: str) -> str:
        return f"{sha256[:2]}/{sha256}"

    def put(self, data: bytes) -> str:
        """Store ``data`` and give its SHA-256.

        Raises:
            Unavailable: The store cannot be reached.
        """
        sha256 = sha256_of(data)
        try:
            obstore.put(self._store, self._key(sha256), data)
        except (BaseError, OSError) as error:
            raise Unavailable("store.unavailable") from error
        return sha256

    def get(self, sha256: str) -> bytes:
        """Give the bytes of that name, checked against it.

        Raises:
            Unavailable: The store cannot be reached.
            ArtifactCorrupt: The bytes have changed since they were stored.
        """
        try:
            data = bytes(obstore.get(self._store, self._key(sha256)).bytes())
        except (BaseError, OSError) as error:
            raise Unavailable("store.unavailable") from error
        if sha256_of(data) != sha256:
            raise ArtifactCorrupt(sha256)
        return data

    def remove(self, sha256: str) -> None:
        """Destroy the bytes of that name, if they are there.

        Raises:
            Unavailable: The store cannot be reached.
        """
        try:
            obstore.delete(self._store, self._key(sha256))
        except FileNotFoundError:
            return
        except (BaseError, OSError) as error:
            raise Unavailable("store.unavailable") from error
