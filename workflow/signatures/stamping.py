"""Asking for time-stamps: at once while signing, patiently behind it.

The authority is one for a whole country, slow and shared. So nobody asks it more than a few things
at a time, on however many machines we run, and a signature does not wait for it: its time-stamp
comes inside if the answer comes at once, and beside it later if not.
"""

import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

from sqlalchemy import func, select

from kernel.errors import DomainError, Unavailable
from kernel.log import logger
from signing.checking.verdict import ExpectedSignature, Verdict
from signing.lasting.proof import stamp_signature
from workflow.office import Office
from workflow.signatures import certificates

_PAUSES = (0.0, 2.0, 4.0)
"""Seconds before each of the tries that make one attempt."""

_AT_ONCE = 4
"""Requests that the national authority takes from one client at a time."""

_LOCKS = 0x545341  # names our locks in the database: "TSA"

Pause = Callable[[float], None]
_log = logger(__name__)


def hastened(
    office: Office, sha256: str, verdict: Verdict, expected: Sequence[ExpectedSignature]
) -> tuple[str, Verdict]:
    """Put a time-stamp into the last signature of a file that was found good, if one comes at once.

    Gives SHA-256 and verdict of the stamped file, which is as long as before, or those given.

    Raises:
        Unavailable: The store cannot be reached.
    """
    if office.lasting.hasty is None:
        return sha256, verdict
    pdf = office.artifacts.get(sha256)
    try:
        stamped = stamp_signature(pdf, office.lasting.hasty)
    except DomainError as error:
        _log.info("signed without a time-stamp", cause=error.code)
        return sha256, verdict
    again = office.check(stamped, trust=office.trust(), at=office.clock(), expected=expected)
    if not certificates.holds(again):
        _log.error("not as good with its time-stamp", sha256=sha256)
        return sha256, verdict
    return office.artifacts.put(stamped), again


@dataclass(frozen=True, slots=True)
class PatientAuthority:
    """The office's authority, asked three times, and by four of us at most."""

    office: Office
    pause: Pause = time.sleep

    def stamp(self, digest: bytes) -> bytes:
        """Have a digest stamped.

        Raises:
            Unavailable: ``proof.no_authority``, ``proof.busy``, or why the last try failed.
        """
        authority = self.office.lasting.authority
        if authority is None:
            raise Unavailable("proof.no_authority")
        with _place(self.office):
            for seconds in _PAUSES[:-1]:
                self.pause(seconds)
                try:
                    return authority.stamp(digest)
                except Unavailable as error:
                    _log.warning("no time-stamp", cause=error.code)
            self.pause(_PAUSES[-1])
            return authority.stamp(digest)


@contextmanager
def _place(office: Office) -> Iterator[None]:
    """Take one of the places at the authority; the database frees it even if we die.

    Raises:
        Unavailable: ``proof.busy``.
    """
    with office.sessions() as session:
        # Without a transaction, which must not be open while somebody else takes minutes.
        connection = session.connection(execution_options={"isolation_level": "AUTOCOMMIT"})
        for number in range(_AT_ONCE):
            if connection.scalar(select(func.pg_try_advisory_lock(_LOCKS, number))):
                break
        else:
            raise Unavailable("proof.busy")
        try:
            yield
        finally:
            connection.execute(select(func.pg_advisory_unlock(_LOCKS, number)))
