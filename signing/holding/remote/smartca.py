"""VNPT SmartCA: a transaction that the person confirms in the application, or by password and code.

Not CSC. From published integrations, and where they disagree taken as follows: success is told by
200 (by 0 in older ones); the status of a transaction is asked by the ``transaction_id`` that
``sign`` gave back; while it has no signatures it waits. The words of a refused or expired
transaction are in none of them, so they are looked for, and everything else counts as a refusal. A
signature is taken to be the bare value; in another form it would not verify, and be refused.
"""

import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import uuid4

from pydantic import BaseModel, ConfigDict, ValidationError

from kernel.errors import Refused, Unavailable
from signing.holding.remote.checks import certificate_of, checked, require_registered
from signing.holding.remote.door import Answer, Door
from signing.holding.remote.port import Ask, Credential, Outcome, Secret, ToSign

_GOOD = {0, 200}
_NOT_LET_IN, _NOT_VALID, _BROKEN = 401, 403, 500
_DENIED = ("reject", "denied", "deny", "cancel", "refuse")
_EXPIRED = ("expire", "timeout", "time_out")
_DESCRIPTION = 255  # characters


class _Told(BaseModel):
    model_config = ConfigDict(frozen=True, extra="ignore", hide_input_in_errors=True)


class ChainTold(_Told):
    """The issuers, Base64."""

    ca_cert: str | None = None
    root_cert: str | None = None


class CertificateTold(_Told):
    """One of the user's certificates."""

    serial_number: str
    cert_data: str
    service_name: str = ""
    chain_data: ChainTold | None = None


class SignatureTold(_Told):
    """One document's signature."""

    doc_id: str
    signature_value: str | None = None


class DataTold(_Told):
    """What an answer carries, by what was asked."""

    user_certificates: tuple[CertificateTold, ...] = ()
    transaction_id: str = ""
    sad: str | None = None
    signatures: tuple[SignatureTold, ...] | None = None


class AnswerTold(_Told):
    """The frame of every answer."""

    status_code: int
    message: str | None = None
    data: DataTold | None = None

    @property
    def said(self) -> DataTold:
        """The data, empty where there are none."""
        return self.data or DataTold()


@dataclass(frozen=True, slots=True)
class SmartCa:
    """The service, for one of its users."""

    door: Door
    sp_id: str
    sp_password: str = field(repr=False)
    user: str
    by_phone: bool = True
    """The person confirms in the application; else password and code are typed here."""

    def credentials(self) -> tuple[Credential, ...]:
        """List the user's certificates."""
        return tuple(map(self._credential, self._certificates("")))

    def credential(self, serial: str) -> Credential:
        """Give one of them.

        Raises:
            Refused: ``remote.no_credential``.
        """
        for told in self._certificates(serial):
            if told.serial_number.lower() == serial.lower():
                return self._credential(told)
        raise Refused("remote.no_credential")

    def send_otp(self, credential_id: str) -> None:
        """Refuse: the code is made by the person's own application."""
        del credential_id
        raise Refused("remote.no_otp_to_send")

    def ask(self, path: str, body: dict[str, Any]) -> AnswerTold:
        """Ask for something that changes nothing."""
        return _read(self.door.ask(path, body))

    def act(self, path: str, **more: object) -> AnswerTold:
        """Ask for something that may be done only once."""
        return _read(self.door.act(path, self._named(**more)))

    def _certificates(self, serial: str) -> tuple[CertificateTold, ...]:
        body = self._named(serial_number=serial, transaction_id=uuid4().hex)
        return self.ask("v1/credentials/get_certificate", body).said.user_certificates

    def _named(self, **more: object) -> dict[str, Any]:
        own = {"sp_id": self.sp_id, "sp_password": self.sp_password, "user_id": self.user}
        return own | more

    def _credential(self, told: CertificateTold) -> Credential:
        issuers = told.chain_data or ChainTold()
        return Credential(
            id=told.serial_number,
            description=told.service_name,
            certificate=certificate_of(told.cert_data),
            chain=tuple(certificate_of(c) for c in (issuers.ca_cert, issuers.root_cert) if c),
            asks=frozenset({Ask.PHONE} if self.by_phone else {Ask.PIN, Ask.OTP}),
            batch=_BATCH,
        )


_BATCH = 50  # no limit is told; a person reads through no longer list on a telephone


@dataclass(frozen=True, slots=True)
class SmartCaSigner:
    """One registered certificate at SmartCA."""

    service: SmartCa
    serial: str
    certificate: bytes
    chain: tuple[bytes, ...]

    def sign_all(self, items: Sequence[ToSign], secret: Secret) -> tuple[Outcome, ...]:
        """Have every item signed in one transaction."""
        if len(items) > _BATCH:
            raise Refused("remote.batch_too_large")
        if not self.service.by_phone:
            _require_typed(secret)
        shown = self.service.credential(self.serial).certificate
        require_registered(self.certificate, shown)
        names = [f"{place}-{item.sha256_hex[:12]}" for place, item in enumerate(items, 1)]
        files = [
            {
                "data_to_be_signed": item.digest.hex(),
                "doc_id": name,
                "file_type": "pdf",
                "sign_type": "hash",
            }
            for name, item in zip(names, items, strict=True)
        ]
        what = {
            "serial_number": self.serial,
            "transaction_id": uuid4().hex,
            "transaction_desc": "; ".join(item.name for item in items)[:_DESCRIPTION],
            "sign_files": files,
        }
        told = self._by_phone(what) if self.service.by_phone else self._by_code(what, secret)
        values = {signature.doc_id: signature.signature_value for signature in told}
        return tuple(
            checked(self.certificate, item.data, values[name])
            if values.get(name)
            else Refused("remote.not_signed")
            for name, item in zip(names, items, strict=True)
        )

    def _by_phone(self, what: dict[str, Any]) -> Sequence[SignatureTold]:
        """Begin the transaction, and look until the person has confirmed it."""
        begun = self.service.act("v1/signatures/sign", **what).said
        patience = self.service.door.patience
        path = f"v1/signatures/sign/{_safe(begun.transaction_id)}/status"
        until = time.monotonic() + patience.person
        while time.monotonic() < until:
            time.sleep(patience.pause)
            try:
                signatures = self.service.ask(path, {}).said.signatures
            except Unavailable:  # the person has been asked, so the service is asked again
                continue
            if signatures:
                return signatures
        raise Refused("remote.not_confirmed")

    def _by_code(self, what: dict[str, Any], secret: Secret) -> Sequence[SignatureTold]:
        """Begin the transaction with password and code, and confirm it with what that gives."""
        try:
            begun = self.service.act(
                "v2/signatures/sign", **what, password=secret.pin, otp=secret.otp
            ).said
        except Refused as error:
            # We were let in for the certificate a moment ago, so it is the person who was not.
            if error.code == "remote.not_let_in":
                raise Refused("remote.wrong_pin") from error
            raise
        if not begun.sad:
            raise Refused("remote.bad_answer")
        done = self.service.act(
            "v2/signatures/confirm",
            transaction_id=what["transaction_id"],
            password=secret.pin,
            sad=begun.sad,
        )
        return done.said.signatures or ()


def _require_typed(secret: Secret) -> None:
    if not secret.pin:
        raise Refused("remote.pin_needed")
    if not secret.otp:
        raise Refused("remote.otp_needed")


def _safe(transaction_id: str) -> str:
    """Give an id that may stand in a path."""
    if not transaction_id or not all(c.isalnum() or c in "-_" for c in transaction_id):
        raise Refused("remote.bad_answer")
    return transaction_id


def _read(answer: Answer) -> AnswerTold:
    try:
        told = AnswerTold.model_validate(answer.body)
    except ValidationError as error:
        raise Refused("remote.bad_answer") from error
    if answer.good and told.status_code in _GOOD:
        return told
    raise _refusal(told)


def _refusal(told: AnswerTold) -> Refused | Unavailable:
    message = (told.message or "").lower()
    return next(_meanings(told.status_code, message))


def _meanings(status: int, message: str) -> Iterator[Refused | Unavailable]:
    if "otp" in message:
        yield Refused("remote.wrong_otp")
    if any(word in message for word in _DENIED):
        yield Refused("remote.denied")
    if any(word in message for word in _EXPIRED):
        yield Refused("remote.not_confirmed")
    if status == _NOT_LET_IN:
        yield Refused("remote.not_let_in")
    if status == _NOT_VALID:
        yield Refused("remote.certificate_not_valid")
    if status >= _BROKEN:
        yield Unavailable("remote.unreachable")
    yield Refused("remote.rejected")
