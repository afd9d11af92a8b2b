"""Where versions 1.0.4 and 2.0 of the CSC API differ: names, and how a credential is locked.

Everything else, the order of the calls and what is checked, is the same and stands in ``csc``.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from kernel.errors import Refused
from signing.holding.remote.csc.factors import Factor, Lock
from signing.holding.remote.csc.told import CredentialTold, FactorTold, ObjectTold
from signing.holding.remote.port import Ask, ToSign

SHA256 = "2.16.840.1.101.3.4.2.1"


class Version(Protocol):
    """One version's words."""

    @property
    def later(self) -> bool:
        """Tell whether signatures may be made later and fetched then."""

    def documents(self, items: Sequence[ToSign]) -> dict[str, Any]:
        """Name the documents, where a service wants to show them to the person."""

    def hashes(self, hashes: Sequence[str]) -> dict[str, Any]:
        """Name the hashes of ``authorize`` and ``extendTransaction``."""

    def signing(self, hashes: Sequence[str]) -> dict[str, Any]:
        """Name the hashes of ``signHash``."""

    def key(self, filled: Sequence[tuple[Factor, str]]) -> dict[str, Any]:
        """Name what the person typed."""

    def lock(self, told: CredentialTold) -> Lock:
        """Read from ``credentials/info`` what opens the credential."""

    def challenge(self, factor: Factor) -> tuple[str, dict[str, Any]]:
        """Give the method that sends a code, and what it needs beside the credential."""


@dataclass(frozen=True, slots=True)
class VersionOne:
    """CSC API v1.0.4."""

    later: bool = False

    def documents(self, items: Sequence[ToSign]) -> dict[str, Any]:
        """Name none: the standard knows hashes alone."""
        del items
        return {}

    def hashes(self, hashes: Sequence[str]) -> dict[str, Any]:
        """Name the hashes. CSC 1.0.4, 11.6."""
        return {"hash": list(hashes)}

    def signing(self, hashes: Sequence[str]) -> dict[str, Any]:
        """Name the hashes and their algorithm. CSC 1.0.4, 11.9."""
        return {"hash": list(hashes), "hashAlgo": SHA256}

    def key(self, filled: Sequence[tuple[Factor, str]]) -> dict[str, Any]:
        """Give PIN and OTP by their names; a telephone is asked by the service itself."""
        return {factor.id: value for factor, value in filled if factor.ask is not Ask.PHONE}

    def lock(self, told: CredentialTold) -> Lock:
        """Read ``authMode``, ``PIN`` and ``OTP``. CSC 1.0.4, 11.5."""
        if told.mode == "implicit":
            return Lock((Factor("", Ask.PHONE),))
        if told.mode != "explicit":
            raise Refused("remote.browser_needed")
        known = (("PIN", Ask.PIN, told.pin), ("OTP", Ask.OTP, told.otp))
        return Lock(
            tuple(
                Factor(name, ask, _is_sent(about), about.presence == "optional")
                for name, ask, about in known
                if about.presence != "false"
            )
        )

    def challenge(self, factor: Factor) -> tuple[str, dict[str, Any]]:
        """Have the one code sent. CSC 1.0.4, 11.8."""
        del factor
        return "credentials/sendOTP", {}


@dataclass(frozen=True, slots=True)
class VersionTwo:
    """CSC API v2.0."""

    later: bool = True

    def documents(self, items: Sequence[ToSign]) -> dict[str, Any]:
        """Name none: the standard knows hashes alone."""
        del items
        return {}

    def hashes(self, hashes: Sequence[str]) -> dict[str, Any]:
        """Name the hashes and their algorithm. CSC 2.0, 11.6."""
        return {"hashes": list(hashes), "hashAlgorithmOID": SHA256}

    def signing(self, hashes: Sequence[str]) -> dict[str, Any]:
        """Name the hashes and their algorithm. CSC 2.0, 11.10."""
        return self.hashes(hashes)

    def key(self, filled: Sequence[tuple[Factor, str]]) -> dict[str, Any]:
        """Give every factor by its id; one that is confirmed elsewhere has no value."""
        return {
            "authData": [
                {"id": factor.id} | ({"value": value} if value else {}) for factor, value in filled
            ]
        }

    def lock(self, told: CredentialTold) -> Lock:
        """Read ``auth``. CSC 2.0, 8.3.1 and 11.5."""
        if told.auth is None or told.auth.mode != "explicit":
            raise Refused("remote.browser_needed")
        return Lock(tuple(map(_factor, told.auth.objects)), told.auth.expression or "")

    def challenge(self, factor: Factor) -> tuple[str, dict[str, Any]]:
        """Have the code of this factor sent. CSC 2.0, 11.8."""
        return "credentials/getChallenge", {"authObjectID": factor.id}


def _is_sent(about: FactorTold) -> bool:
    return about.type == "online"


def _factor(about: ObjectTold) -> Factor:
    match about.type:
        case "PasswordOOB":
            return Factor(about.id, Ask.PHONE)
        case "ChallengeResponse":
            return Factor(about.id, Ask.OTP, challenged=True)
        case "Password":
            # A code for one time is a password with a generator; some services only call it OTP.
            one_time = bool(about.generator) or "OTP" in about.id.upper()
            return Factor(about.id, Ask.OTP if one_time else Ask.PIN)
        case _:
            raise Refused("remote.browser_needed")
