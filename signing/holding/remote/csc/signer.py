"""Signing through a CSC service.

One authorisation opens a credential for exactly the hashes of one group of documents (they are
always named, also where the service would not ask for them), and gives the SAD that ``signHash``
consumes. The SAD lives in local variables only. A group that is refused as a whole is tried one by
one under the same authorisation, so that one bad document does not keep the others back.
"""

import time
from base64 import b64encode
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Any

import httpx

from kernel.errors import Refused, Unavailable
from signing.holding.remote.checks import checked, require_registered
from signing.holding.remote.csc.factors import Factor
from signing.holding.remote.csc.service import CscService, Opened
from signing.holding.remote.port import Ask, Outcome, Secret, ToSign

_DESCRIPTION = 255  # characters, the longest both versions take


@dataclass(frozen=True, slots=True)
class CscSigner:
    """One registered credential at a CSC service."""

    service: CscService
    credential_id: str
    certificate: bytes
    chain: tuple[bytes, ...]

    def sign_all(self, items: Sequence[ToSign], secret: Secret) -> tuple[Outcome, ...]:
        """Have every item signed, in groups as large as one authorisation is good for."""
        opened = self.service.open(self.credential_id)
        require_registered(self.certificate, opened.credential.certificate)
        filled = opened.lock.key(secret)
        spent = any(factor.ask is Ask.OTP for factor, _ in filled)
        outcomes: list[Outcome] = []
        for group in _groups(items, opened.credential.batch):
            if not outcomes:
                outcomes += self._sign_group(group, opened, filled)
            elif spent:
                outcomes += [Refused("remote.otp_spent")] * len(group)
            else:
                outcomes += self._sign_further(group, opened, filled)
        return tuple(outcomes)

    def _sign_further(
        self, group: Sequence[ToSign], opened: Opened, filled: Sequence[tuple[Factor, str]]
    ) -> list[Outcome]:
        """Sign one more group; whatever happens to it, those before it stand."""
        try:
            return self._sign_group(group, opened, filled)
        except (Refused, Unavailable) as error:
            return [Refused(error.code)] * len(group)

    def _sign_group(
        self, group: Sequence[ToSign], opened: Opened, filled: Sequence[tuple[Factor, str]]
    ) -> list[Outcome]:
        sad = self._authorise(group, filled)
        try:
            return self._sign_hashes(group, opened, sad)
        except Unavailable as error:
            return [Refused(error.code)] * len(group)
        except Refused as error:
            if len(group) == 1 or error.code != "remote.rejected":
                return [error] * len(group)
        outcomes = []
        for item in group:
            outcome, sad = self._sign_one(item, opened, sad)
            outcomes.append(outcome)
        return outcomes

    def _sign_one(self, item: ToSign, opened: Opened, sad: str) -> tuple[Outcome, str]:
        """Sign one of a group that was refused as a whole; give what came of it and the SAD."""
        try:
            sad = self._extend(item, sad)
            return self._sign_hashes((item,), opened, sad)[0], sad
        except (Refused, Unavailable) as error:
            return Refused(error.code), sad

    def _authorise(self, group: Sequence[ToSign], filled: Sequence[tuple[Factor, str]]) -> str:
        """Open the credential for these hashes alone and give the SAD. CSC 11.6."""
        version, patience = self.service.version, self.service.patience
        body = {
            "credentialID": self.credential_id,
            "numSignatures": len(group),
            "description": "; ".join(item.name for item in group)[:_DESCRIPTION],
            **version.hashes(_hashes(group)),
            **version.key(filled),
            **version.documents(group),
        }
        by_phone = any(factor.ask is Ask.PHONE for factor, _ in filled)
        try:
            answer = self.service.session.act(
                "credentials/authorize", body, wait=patience.person if by_phone else None
            )
        except Unavailable as error:
            if by_phone and error.code == "remote.no_answer":
                raise Refused("remote.not_confirmed") from error
            raise
        until = time.monotonic() + patience.person
        while answer.status == httpx.codes.ACCEPTED:
            if time.monotonic() > until:
                raise Refused("remote.not_confirmed")
            time.sleep(patience.pause)
            answer = self.service.session.ask(
                "credentials/authorizeCheck", {"handle": answer.text("handle")}
            )
        return answer.text("SAD")

    def _extend(self, item: ToSign, sad: str) -> str:
        """Carry the authorisation on to one more call, where the service wants that. CSC 11.7."""
        if "credentials/extendTransaction" not in (self.service.told.get("methods") or ()):
            return sad
        body = {
            "credentialID": self.credential_id,
            "SAD": sad,
            **self.service.version.hashes(_hashes((item,))),
        }
        return self.service.session.act("credentials/extendTransaction", body).text("SAD")

    def _sign_hashes(self, group: Sequence[ToSign], opened: Opened, sad: str) -> list[Outcome]:
        """Spend the SAD on signatures and check each of them. CSC 11.9."""
        version = self.service.version
        body = {
            "credentialID": self.credential_id,
            "SAD": sad,
            "signAlgo": opened.algorithm,
            **version.signing(_hashes(group)),
            **version.documents(group),
        }
        signatures = self._signatures(body)
        if len(signatures) != len(group):
            raise Refused("remote.bad_answer")
        return [
            checked(self.certificate, item.data, signature)
            for item, signature in zip(group, signatures, strict=True)
        ]

    def _signatures(self, body: dict[str, Any]) -> list[Any]:
        """Ask for signatures, and come back for them where the service makes them later."""
        session, patience = self.service.session, self.service.patience
        if self.service.version.later and self.service.told.get("asynchronousOperationMode"):
            keep = int(patience.person * 1000)  # milliseconds
            body = body | {"operationMode": "A", "validity_period": keep}
        answer = session.act("signatures/signHash", body)
        until = time.monotonic() + patience.person
        wanted = answer.body.get("responseID")
        while wanted and "signatures" not in answer.body:
            if time.monotonic() > until:
                raise Unavailable("remote.no_answer")
            time.sleep(patience.pause)
            answer = session.ask("signatures/signPolling", {"requestID": wanted})
        return answer.list("signatures")


def _groups(items: Sequence[ToSign], size: int) -> Iterator[tuple[ToSign, ...]]:
    rest = iter(items)
    while group := tuple(islice(rest, size)):
        yield group


def _hashes(items: Sequence[ToSign]) -> list[str]:
    return [b64encode(item.digest).decode() for item in items]
