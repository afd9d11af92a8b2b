# (pyHanko is typed in part only)

"""Time-stamps: asking an authority to prove that bytes existed at a time (RFC 3161).

The answer goes into a file that is never rewritten, so it is checked before: a wrong imprint, an
old answer sent again, a clock that is off or a certificate that may not stamp must not get in.
Every failure says "try later", because it is the authority's to mend; the document does not wait.
"""

import asyncio
import secrets
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from time import monotonic
from typing import Protocol

import httpx
from asn1crypto import algos, cms, core, tsp
from pyhanko.sign.validation.generic_cms import validate_tst_signed_data
from pyhanko.sign.validation.status import TimestampSignatureStatus

from kernel.clock import Clock
from kernel.errors import Unavailable
from signing.trusting.trust import Trust

PATIENCE = 180
"""Seconds: the national authority has been seen to take more than two minutes (tsa.ca.gov.vn)."""

_LARGEST = 64 * 1024  # bytes of an answer; a token with its certificates has a tenth of that
_WINDOW = timedelta(minutes=5)  # how far two honest clocks may be apart
_GRANTED = {"granted", "granted_with_mods"}


class TimeStampAuthority(Protocol):
    """Somebody who proves that bytes existed at a time."""

    def stamp(self, digest: bytes) -> bytes:
        """Give a checked time-stamp token (CMS, DER) over a SHA-256.

        Raises:
            Unavailable: No acceptable answer; a later try may get one.
        """
        ...


@dataclass(frozen=True, slots=True)
class Question:
    """What was asked, to hold the answer against."""

    digest: bytes
    """The SHA-256 to be stamped."""

    asked_at: datetime
    nonce: int = field(default_factory=lambda: secrets.randbits(63) | 1 << 62)

    def der(self) -> bytes:
        """Write the request (RFC 3161, 2.4.1); the certificate is to come with the answer."""
        imprint = {
            "hash_algorithm": algos.DigestAlgorithm({"algorithm": "sha256"}),
            "hashed_message": self.digest,
        }
        request = tsp.TimeStampReq(
            {
                "version": "v1",
                "message_imprint": tsp.MessageImprint(imprint),
                "nonce": self.nonce,
                "cert_req": True,
            }
        )
        return bytes(request.dump())


class _Answer(core.Sequence):  # type: ignore[misc] # asn1crypto is untyped
    """TimeStampResp (RFC 3161, 2.4.2); a refusal has no token, which asn1crypto's own demands."""

    _fields = [  # noqa: RUF012 - asn1crypto reads it as a plain class attribute
        ("status", tsp.PKIStatusInfo),
        ("token", cms.ContentInfo, {"optional": True}),
    ]


def accept(answer: bytes, question: Question, trust: Trust, now: datetime) -> bytes:
    """Check an answer against its question and give the token (RFC 3161, 2.4.2).

    Whether the authority's certificate is revoked is left to the validation data that follows.

    Raises:
        Unavailable: ``proof.stamp_refused``, ``proof.stamp_garbage``, ``proof.stamp_other_bytes``,
            ``proof.stamp_replayed``, ``proof.stamp_wrong_time`` or ``proof.stamp_untrusted``.
    """
    try:
        response = _Answer.load(answer, strict=True)
        granted = response["status"]["status"].native in _GRANTED
        token = response["token"] if granted else None
        info = stamped(token) if token else None
    except Exception as error:  # what is no token can raise anything
        raise Unavailable("proof.stamp_garbage") from error
    if token is None or info is None:
        raise Unavailable("proof.stamp_refused")
    _require_answer(info, question, now)
    try:
        status = asyncio.run(_status(token["content"], question.digest, trust))
    except Exception as error:  # what is no token can raise anything
        raise Unavailable("proof.stamp_garbage") from error
    if not (status.intact and status.valid):
        raise Unavailable("proof.stamp_garbage")
    if not status.trusted:
        raise Unavailable("proof.stamp_untrusted")
    return bytes(token.dump())


def stamped(token: cms.ContentInfo) -> tsp.TSTInfo:
    """Give what a time-stamp token says.

    Raises:
        ValueError: It is no time-stamp token.
    """
    content = token["content"]["encap_content_info"]
    if content["content_type"].native != "tst_info":
        raise ValueError(content["content_type"].native)
    info = content["content"].parsed
    info.native  # noqa: B018 - reads every part now, so that later reading cannot fail
    return info


def _require_answer(info: tsp.TSTInfo, question: Question, now: datetime) -> None:
    imprint = info["message_imprint"]
    algorithm = imprint["hash_algorithm"]["algorithm"].native
    if (algorithm, imprint["hashed_message"].native) != ("sha256", question.digest):
        raise Unavailable("proof.stamp_other_bytes")
    if info["nonce"].native != question.nonce:
        raise Unavailable("proof.stamp_replayed")
    if not question.asked_at - _WINDOW <= info["gen_time"].native <= now + _WINDOW:
        raise Unavailable("proof.stamp_wrong_time")


async def _status(
    signed_data: cms.SignedData, digest: bytes, trust: Trust
) -> TimestampSignatureStatus:
    moment = signed_data["encap_content_info"]["content"].parsed["gen_time"].native
    context = trust.context(moment)
    facts = await validate_tst_signed_data(signed_data, context, lambda _: digest)
    return TimestampSignatureStatus(**facts)


@dataclass(frozen=True, slots=True)
class HttpAuthority:
    """A time-stamping authority reached over HTTP (RFC 3161, 3.4)."""

    url: str
    trust: Callable[[], Trust]
    clock: Clock
    patience: float = PATIENCE
    """Seconds until the whole answer must be there."""

    def stamp(self, digest: bytes) -> bytes:
        """Ask for a time-stamp over a SHA-256 and check it."""
        question = Question(digest, self.clock())
        answer = self._ask(question.der())
        return accept(answer, question, self.trust(), self.clock())

    def _ask(self, request: bytes) -> bytes:
        headers = {
            "Content-Type": "application/timestamp-query",
            "Accept": "application/timestamp-reply",
        }
        deadline = monotonic() + self.patience
        answer = bytearray()
        try:
            with httpx.stream(
                "POST", self.url, content=request, headers=headers, timeout=self.patience
            ) as response:
                response.raise_for_status()
                for part in response.iter_bytes():
                    answer += part
                    if monotonic() > deadline or len(answer) > _LARGEST:
                        raise Unavailable("proof.authority_silent")
        except httpx.HTTPStatusError as error:
            raise Unavailable("proof.stamp_refused") from error
        except httpx.HTTPError as error:
            raise Unavailable("proof.authority_silent") from error
        return bytes(answer)


@dataclass(slots=True)
class HastyAuthority:
    """An authority that is asked only while it answers quickly.

    A signature is better with its time-stamp inside, but nobody shall wait for that. So one that
    was slow, away or wrong is left alone for a while; the document gets its stamp later.
    """

    authority: TimeStampAuthority
    clock: Clock
    rest: timedelta = timedelta(minutes=5)
    _rests_until: datetime | None = field(default=None, init=False)

    def stamp(self, digest: bytes) -> bytes:
        """Ask, unless the last answer was none."""
        if self._rests_until is not None and self.clock() < self._rests_until:
            raise Unavailable("proof.authority_rests")
        try:
            token = self.authority.stamp(digest)
        except Unavailable:
            self._rests_until = self.clock() + self.rest
            raise
        self._rests_until = None
        return token
