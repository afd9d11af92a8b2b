"""The agency's seal on a token or HSM in the server room (NĐ 68/2024; functions K2, K9).

``<keys folder>/seals/<organ id>.toml`` says where the key lies; the PIN stands in a file of its own
that nobody else may read. A PIN that was refused is never tried again by itself, because a few
wrong ones lock the token for good. The session is kept; when the token was pulled out and put back
it is opened anew for the next signature.
"""

import tomllib
from collections import deque
from dataclasses import dataclass, field
from pathlib import Path
from threading import Lock
from time import monotonic

from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from kernel.errors import Refused, Unavailable
from signing.holding.token import TokenKey, caution

_OTHERS = 0o077
_MINUTE = 60.0


class Pkcs11Configuration(BaseModel):
    """Where a seal key lies; paths are read from the folder of the file."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    module: Path
    """The PKCS#11 library of the token or HSM."""

    token: str
    """Label of the token."""

    key: str
    """Label of the private key, or its id in hex."""

    pin_file: Path
    """Holds the PIN and nothing else; mode 0600 or 0400."""

    certificate_file: Path | None = None
    """PEM: the key's certificate, then its issuers; without it they are read from the token."""

    signatures_per_minute: int = Field(default=60, gt=0)
    """More are put off, whoever asks."""


def read_configuration(file: Path) -> Pkcs11Configuration:
    """Read where a seal key lies.

    Raises:
        Refused: ``pkcs11.wrong_configuration``.
    """
    try:
        read = Pkcs11Configuration.model_validate(tomllib.loads(file.read_text(encoding="utf-8")))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError, ValidationError) as error:
        raise Refused("pkcs11.wrong_configuration", file=file.name) from error
    own = read.certificate_file
    return read.model_copy(
        update={
            "pin_file": file.parent / read.pin_file,
            "certificate_file": None if own is None else file.parent / own,
        }
    )


@dataclass(slots=True)
class Pkcs11Key:
    """A seal key in the server room; opened at its first use, held for the life of the process."""

    configuration: Pkcs11Configuration
    _opened: TokenKey | None = field(default=None, repr=False)
    _known: TokenKey | None = field(default=None, repr=False)
    """The last one opened, whose certificate is told while the token is away."""

    _refused_pin: int | None = field(default=None, repr=False)
    """When the file was written whose PIN the token refused."""

    _signed: deque[float] = field(default_factory=deque, repr=False)
    _lock: Lock = field(default_factory=Lock, repr=False)

    @property
    def certificate(self) -> bytes:
        """The seal's certificate, DER."""
        with self._lock:
            return (self._known or self._key()).certificate

    @property
    def chain(self) -> tuple[bytes, ...]:
        """The issuers' certificates, DER."""
        with self._lock:
            return (self._known or self._key()).chain

    def sign(self, data: bytes) -> bytes:
        """Sign the SHA-256 of ``data``; a session that was lost is opened anew, once.

        Raises:
            Refused: What ``TokenKey.open`` refuses, ``pkcs11.pin_at_risk``,
                ``pkcs11.key_not_hidden``, ``pkcs11.pin_file_open``.
            Unavailable: ``pkcs11.token_away``, ``pkcs11.too_many``.
        """
        with self._lock:
            self._count()
            held = self._opened is not None
            try:
                return self._key().sign(data)
            except Unavailable:
                self._let_go()
                if not held:  # it was opened this very moment, and the PIN is given once
                    raise
                return self._key().sign(data)

    def close(self) -> None:
        """Log out; the next use logs in anew."""
        with self._lock:
            self._let_go()

    def _count(self) -> None:
        now = monotonic()
        while self._signed and self._signed[0] <= now - _MINUTE:
            self._signed.popleft()
        if len(self._signed) >= self.configuration.signatures_per_minute:
            raise Unavailable("pkcs11.too_many", limit=self.configuration.signatures_per_minute)
        self._signed.append(now)

    def _key(self) -> TokenKey:
        if self._opened is None:
            self._opened = self._known = self._open()
        return self._opened

    def _open(self) -> TokenKey:
        where = self.configuration
        written, pin = _pin(where.pin_file)
        told = caution(str(where.module), where.token)
        if self._refused_pin == written or told.wrong_before or told.last_try or told.locked:
            raise Refused("pkcs11.pin_at_risk", token=where.token)
        certificate, *chain = _certificates(where.certificate_file)
        try:
            key = TokenKey.open(
                str(where.module),
                pin,
                token=where.token,
                key=where.key,
                certificate=certificate,
                chain=chain,
            )
        except Refused as error:
            if error.code == "pkcs11.wrong_pin":
                self._refused_pin = written
            raise
        if not key.hidden:
            key.close()
            raise Refused("pkcs11.key_not_hidden", token=where.token)
        return key

    def _let_go(self) -> None:
        if self._opened is not None:
            self._opened.close()
            self._opened = None


def _pin(file: Path) -> tuple[int, str]:
    """Give when the PIN was written, and the PIN."""
    try:
        status = file.stat()
        pin = file.read_text(encoding="utf-8").strip()
    except (OSError, UnicodeDecodeError) as error:
        raise Refused("pkcs11.no_pin_file", file=file.name) from error
    if status.st_mode & _OTHERS:
        raise Refused("pkcs11.pin_file_open", file=file.name)
    return status.st_mtime_ns, pin


def _certificates(file: Path | None) -> list[bytes]:
    if file is None:
        return [b""]
    try:
        found = x509.load_pem_x509_certificates(file.read_bytes())
    except (OSError, ValueError) as error:
        raise Refused("pkcs11.no_certificate") from error
    return [certificate.public_bytes(Encoding.DER) for certificate in found]
