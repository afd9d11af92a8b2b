"""A key on a PKCS#11 token: the part that the seal in the server room and a person's agent share.

The key never leaves the token; it is handed 32 bytes, the SHA-256 of what is to be signed, in the
two mechanisms every token knows. Modules are not trusted to be thread-safe and forget a token that
was pulled out only when they are started anew, so each module is used under one lock.
"""

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from hashlib import sha256
from threading import RLock
from typing import Self

import pkcs11
from asn1crypto import x509
from pkcs11 import (
    Attribute,
    KeyType,
    Mechanism,
    ObjectClass,
    PKCS11Error,
    SignMixin,
    TokenFlag,
)
from pkcs11._pkcs11 import lib
from pkcs11.util.ec import encode_ecdsa_signature

from kernel.errors import Refused, Unavailable

_DIGEST_INFO = bytes.fromhex("3031300d060960864801650304020105000420")
"""DigestInfo of SHA-256 (RFC 8017, 9.2), which RSA_PKCS expects before the 32 bytes."""

_P256 = bytes.fromhex("06082a8648ce3d030107")
_SMALLEST_RSA = 2048  # bits, Annex I of TT 15/2025
_NEVER = (
    pkcs11.MechanismInvalid,
    pkcs11.FunctionNotSupported,
    pkcs11.KeyTypeInconsistent,
    pkcs11.KeySizeRange,
)
"""What a token answers that will answer the same tomorrow."""

_LOCKS: dict[str, RLock] = {}


@dataclass(frozen=True, slots=True)
class Found:
    """A certificate that lies on a token, which anybody may read without a PIN."""

    token: str
    """The token's label."""

    key_id: bytes
    """Joins the certificate with its private key."""

    label: str
    certificate: bytes


@dataclass(frozen=True, slots=True)
class Caution:
    """What a token tells about the PINs that were tried on it."""

    wrong_before: bool
    """A wrong PIN was given since the last right one."""

    last_try: bool
    """One more wrong PIN locks the token."""

    locked: bool


@dataclass(slots=True)
class TokenKey:
    """An opened private key on a token, with the session that may use it."""

    certificate: bytes = field(repr=False)
    chain: tuple[bytes, ...] = field(repr=False)
    hidden: bool
    """The token will never give the key away."""

    _module: str
    _session: pkcs11.Session = field(repr=False)
    _key: SignMixin = field(repr=False)
    _pin: str | None = field(repr=False)
    """Kept only for a key that wants it with every signature (CKA_ALWAYS_AUTHENTICATE)."""

    @classmethod
    def open(  # noqa: PLR0913 - where the key lies, and what opens it
        cls,
        module: str,
        pin: str,
        *,
        token: str = "",
        key: str = "",
        certificate: bytes = b"",
        chain: Sequence[bytes] = (),
    ) -> Self:
        """Log in and hold the key; the PIN is given to the token once.

        Args:
            module: Path of the PKCS#11 library.
            pin: The user's.
            token: The token's label; empty where only one is there.
            key: The key's label, or its id in hex; empty where the certificate decides.
            certificate: The key's certificate, DER; empty where it lies on the token.
            chain: The issuers' certificates; empty to take those on the token.

        Raises:
            Refused: ``pkcs11.wrong_pin``, ``pkcs11.pin_locked``, ``pkcs11.no_key``,
                ``pkcs11.no_certificate``, ``pkcs11.no_module``, ``signing.weak_key``.
            Unavailable: ``pkcs11.token_away``.
        """
        with _using(module) as library:
            place = _token(library, token)
            session = _log_in(place, pin)
            try:
                return cls._in(session, module, pin, key, certificate, tuple(chain))
            except (Refused, PKCS11Error):
                session.close()
                raise

    @classmethod
    def _in(  # noqa: PLR0913, PLR0917 - as above, once the session is open
        cls,
        session: pkcs11.Session,
        module: str,
        pin: str,
        wanted: str,
        certificate: bytes,
        chain: tuple[bytes, ...],
    ) -> Self:
        stored = [*_certificates(session)]
        key = _private_key(session, wanted, certificate, stored)
        own = next(
            (found.certificate for found in stored if found.key_id == key[Attribute.ID]), b""
        )
        signer = certificate or own
        if not signer:
            raise Refused("pkcs11.no_certificate")
        return cls(
            certificate=signer,
            chain=chain or issuers_of(signer, [found.certificate for found in stored]),
            hidden=_is(key, Attribute.SENSITIVE) and not _is(key, Attribute.EXTRACTABLE),
            _module=module,
            _session=session,
            _key=_strong(key),
            _pin=pin if _is(key, Attribute.ALWAYS_AUTHENTICATE) else None,
        )

    def sign(self, data: bytes) -> bytes:
        """Sign the SHA-256 of ``data``: RSA PKCS#1 v1.5, or ECDSA in DER.

        Raises:
            Refused: ``pkcs11.cannot_sign`` where the key is not made for it.
            Unavailable: ``pkcs11.token_away``.
        """
        digest = sha256(data).digest()
        with _using(self._module):
            try:
                if self._key.key_type is KeyType.RSA:
                    return self._signed(_DIGEST_INFO + digest, Mechanism.RSA_PKCS)
                return bytes(encode_ecdsa_signature(self._signed(digest, Mechanism.ECDSA)))
            except _NEVER as error:
                raise Refused("pkcs11.cannot_sign", cause=type(error).__name__) from error

    def _signed(self, data: bytes, mechanism: Mechanism) -> bytes:
        return bytes(self._key.sign(data, mechanism=mechanism, pin=self._pin))

    def close(self) -> None:
        """Log out; a token that is gone has nothing to be closed."""
        try:
            with _using(self._module):
                self._session.close()
        except Unavailable:
            return


def labels(module: str) -> tuple[str, ...]:
    """Give the labels of the tokens that a library sees.

    Raises:
        Refused: ``pkcs11.no_module``.
        Unavailable: ``pkcs11.token_away``.
    """
    with _using(module) as library:
        return tuple(token.label for token in _present(library, ""))


def certificates_on(module: str, token: str = "") -> tuple[Found, ...]:
    """Read the certificates of a token without a PIN.

    Raises:
        Refused: ``pkcs11.no_module``.
        Unavailable: ``pkcs11.token_away``.
    """
    with _using(module) as library:
        session = _token(library, token).open()
        try:
            return tuple(_certificates(session))
        finally:
            session.close()


def caution(module: str, token: str = "") -> Caution:
    """Ask a token whether a wrong PIN would lock it.

    Raises:
        Refused: ``pkcs11.no_module``.
        Unavailable: ``pkcs11.token_away``.
    """
    with _using(module) as library:
        flags = _token(library, token).flags
    return Caution(
        wrong_before=TokenFlag.USER_PIN_COUNT_LOW in flags,
        last_try=TokenFlag.USER_PIN_FINAL_TRY in flags,
        locked=TokenFlag.USER_PIN_LOCKED in flags,
    )


@contextmanager
def _using(module: str) -> Iterator[lib]:
    """Hold a module for one act; whatever it cannot do now, it may do later."""
    with _LOCKS.setdefault(module, RLock()):
        try:
            library = pkcs11.lib(module)
        except PKCS11Error as error:
            raise Refused("pkcs11.no_module", module=module) from error
        try:
            yield library
        except PKCS11Error as error:
            raise Unavailable("pkcs11.token_away", cause=type(error).__name__) from error


def _token(library: lib, label: str) -> pkcs11.Token:
    """Find a token; one that was put in again is seen only by a module that starts anew."""
    try:
        found = _present(library, label)
    except PKCS11Error:
        found = []
    if not found:
        library.reinitialize()
        found = _present(library, label)
    if not found:
        raise Unavailable("pkcs11.token_away", cause="NoSuchToken")
    if len(found) > 1:
        raise Refused("pkcs11.many_tokens", tokens=", ".join(token.label for token in found))
    return found[0]


def _present(library: lib, label: str) -> list[pkcs11.Token]:
    return [
        token
        for token in library.get_tokens(token_label=label or None)
        if TokenFlag.TOKEN_INITIALIZED in token.flags
    ]


def _log_in(token: pkcs11.Token, pin: str) -> pkcs11.Session:
    try:
        return token.open(user_pin=pin)
    except pkcs11.UserAlreadyLoggedIn:  # another key of this process on the same token
        return token.open()
    except (pkcs11.PinIncorrect, pkcs11.PinInvalid, pkcs11.PinLenRange) as error:
        raise Refused("pkcs11.wrong_pin") from error
    except (pkcs11.PinLocked, pkcs11.PinExpired) as error:
        raise Refused("pkcs11.pin_locked") from error


def _certificates(session: pkcs11.Session) -> Iterator[Found]:
    # All at once: a search that is left in the middle keeps the session busy.
    for item in [*session.get_objects({Attribute.CLASS: ObjectClass.CERTIFICATE})]:
        yield Found(
            token=session.token.label,
            key_id=bytes(item[Attribute.ID]),
            label=str(item[Attribute.LABEL]),
            certificate=bytes(item[Attribute.VALUE]),
        )


def _private_key(
    session: pkcs11.Session, wanted: str, certificate: bytes, stored: Sequence[Found]
) -> SignMixin:
    keys = [
        key
        for key in session.get_objects({Attribute.CLASS: ObjectClass.PRIVATE_KEY})
        if isinstance(key, SignMixin)
    ]
    ids = {found.key_id for found in stored if found.certificate == certificate}
    if wanted:
        keys = [key for key in keys if wanted in {key[Attribute.LABEL], key[Attribute.ID].hex()}]
    elif ids:
        keys = [key for key in keys if key[Attribute.ID] in ids]
    if len(keys) != 1:
        raise Refused("pkcs11.no_key", key=wanted, found=len(keys))
    return keys[0]


def _is(key: SignMixin, attribute: Attribute) -> bool:
    """Tell whether a key has an attribute; a token that does not know of it says no."""
    try:
        return bool(key[attribute])
    except pkcs11.AttributeTypeInvalid:
        return False


def _strong(key: SignMixin) -> SignMixin:
    match key.key_type:
        case KeyType.RSA if len(key[Attribute.MODULUS]) * 8 >= _SMALLEST_RSA:
            return key
        case KeyType.EC if key[Attribute.EC_PARAMS] == _P256:
            return key
        case _:
            raise Refused("signing.weak_key")


def issuers_of(certificate: bytes, known_ders: Iterable[bytes]) -> tuple[bytes, ...]:
    """Give a certificate's issuers among those that are known, from the nearest on (DER)."""
    known = {x509.Certificate.load(der).subject.dump(): der for der in known_ders}
    path: list[bytes] = []
    current = certificate
    while len(path) <= len(known):
        issuer = known.get(x509.Certificate.load(current).issuer.dump())
        if issuer is None or issuer == current:
            break
        path.append(issuer)
        current = issuer
    return tuple(path)
