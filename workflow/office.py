"""The office: everything a verb needs from outside, handed in as one value.

``wiring`` builds it from settings; tests build it with the same parts on throw-away services.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol
from uuid import UUID

from sqlalchemy.orm import Session
from sqlalchemy.orm.exc import StaleDataError

from documents.typeset import Typesetter
from exchange.transport import Transport
from kernel.clock import Clock
from kernel.database import Sessions
from kernel.errors import MovedOn
from kernel.objects import Artifacts
from signing.checking.verdict import ExpectedSignature, Level, Verdict
from signing.holding.remote.port import Credential, KnownService
from signing.lasting.timestamps import TimeStampAuthority
from signing.trusting.trust import Trust


class Desk(Protocol):
    """The signing process: the only one that reads keys; it knows documents only by their bytes."""

    def open(self, batch_id: UUID, secret: str) -> bytes:
        """Open the key of a batch for its intents and give its certificate (DER).

        Raises:
            Refused: The secret is wrong, or the key is not acceptable.
            Unavailable: The signing process cannot be reached.
        """
        ...

    def forget(self, batch_id: UUID) -> None:
        """Drop a key that was opened and will not be used."""
        ...

    def seal_certificate(self, key: str) -> bytes:
        """Give the certificate (DER) of a seal key.

        Raises:
            Refused: There is no such key at the signing process.
        """
        ...

    def remote_services(self) -> Mapping[str, KnownService]:
        """Give the remote signing services in use by the names that keys refer to."""
        ...

    def remote_credentials(self, service: str, user_id: str) -> Sequence[Credential]:
        """List what a remote service holds for one of its users.

        Raises:
            Refused: There is no such service or user, or it does not let us in.
            Unavailable: It cannot be reached.
        """
        ...

    def send_code(self, key_id: UUID) -> None:
        """Have a remote service send the person the code for one of its keys.

        Raises:
            Refused: It sends none for this key.
            Unavailable: It cannot be reached.
        """
        ...

    def apply(self, authorisation_id: UUID) -> str:
        """Write the authorised signature and give the SHA-256 of the result.

        Asking again gives the same result: the authorisation is consumed once.

        Raises:
            Refused: The authorisation is gone, expired or not fit, or its key is not held.
            Unavailable: Try later.
        """
        ...


@dataclass(frozen=True, slots=True)
class ChangedPage:
    """A page that looks different from when it was signed."""

    field: str
    """Of the signature that covered it."""

    page: int
    """Counted from 0."""

    png: bytes
    """How it looks now, the changed areas framed."""


class Check(Protocol):
    """The validator as a part: any bytes in, a verdict out, in bounded time and memory."""

    def __call__(
        self,
        pdf: bytes,
        *,
        trust: Trust,
        at: datetime,
        expected: Sequence[ExpectedSignature] = (),
        full: bool = False,
    ) -> Verdict:
        """Check all signatures of ``pdf`` as of ``at``; ``full``: by the look of the pages too."""
        ...

    def changed_pages(self, pdf: bytes, *, trust: Trust, at: datetime) -> tuple[ChangedPage, ...]:
        """Show the pages that look different from when they were signed."""
        ...


@dataclass(frozen=True, slots=True)
class Lasting:
    """How far the proof of an issued document shall go, and who is asked for it."""

    wanted: Level = Level.B_LTA
    authority: TimeStampAuthority | None = None
    """Waited for in the background."""

    hasty: TimeStampAuthority | None = None
    """The same, asked while signing only as long as it answers at once."""

    local: bool = False
    """Whether status services may have private addresses, as in the government's own network."""

    evidence_years: int = 20
    """How long what a proof was made from is kept outside of it."""


@dataclass(frozen=True, slots=True)
class Office:
    """The parts that verbs work with."""

    sessions: Sessions
    clock: Clock
    artifacts: Artifacts
    typesetter: Typesetter
    desk: Desk
    transport: Transport
    trust: Callable[[], Trust]
    """Gives the trust list as it stands now."""

    check: Check

    upload_limit: int
    """Bytes of the largest file a person may attach."""

    lasting: Lasting = Lasting()

    @contextmanager
    def step(self) -> Iterator[Session]:
        """Open the short write of a background step; to be overtaken is no error there.

        Raises:
            Unavailable: The database cannot be reached.
        """
        with suppress(MovedOn), self.act() as session:
            yield session

    @contextmanager
    def act(self) -> Iterator[Session]:
        """Open the one transaction of an act.

        Raises:
            MovedOn: Somebody else changed the document meanwhile; nothing was written.
            Unavailable: The database cannot be reached.
        """
        try:
            with self.sessions.begin() as session:
                yield session
        except StaleDataError as error:
            raise MovedOn("workflow.moved_on") from error
