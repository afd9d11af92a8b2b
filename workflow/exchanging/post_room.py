"""The transport between agencies of one installation: the same packets, without HTTP.

It behaves as the national axis does: what was sent waits until the receiver has acknowledged it,
and the sender may ask whether a sending was taken. A sending has the sender's own key, so the same
sending asked twice, after a time-out or a killed worker, is one piece of mail.
"""

from collections.abc import Sequence
from uuid import uuid4

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert

from exchange.transport import AxisAgency, Kind, PendingItem
from kernel.bells import ring_after_commit
from kernel.clock import Clock, local_day
from kernel.database import Sessions
from kernel.errors import NotFound, Refused
from kernel.objects import Artifacts
from workflow.exchanging import directory
from workflow.models import MailItem

COLLECT = "worker.tasks.collect"
"""Rung with the receiving agency's id when mail lies in its box."""


class PostRoom:
    """Mail between the agencies of this installation, kept in their common database."""

    def __init__(self, sessions: Sessions, artifacts: Artifacts, clock: Clock) -> None:
        self._sessions = sessions
        self._artifacts = artifacts
        self._clock = clock

    def send(self, data: bytes, kind: Kind, from_: str, to: Sequence[str], key: str) -> str:
        """Put a packet into the box of its one receiver and give its id.

        Raises:
            Refused: The receiver's code is not known here, or it names several receivers.
        """
        (code,) = to
        sha256 = self._artifacts.put(data)
        now = self._clock()
        with self._sessions.begin() as session:
            receiver = directory.by_code(session, code)
            if receiver is None:
                raise Refused("exchange.receiver_unknown", organ=code)
            receiver = directory.standing_for(session, receiver, local_day(now))
            session.execute(
                insert(MailItem)
                .values(
                    axis_id=uuid4().hex,
                    key=key,
                    agency_id=receiver.id,
                    kind=kind.value,
                    from_organ_id=from_,
                    to_organ_id=code,
                    sha256=sha256,
                    created_at=now,
                )
                .on_conflict_do_nothing(index_elements=["key"])
            )
            ring_after_commit(session, COLLECT, receiver.id)
            return session.scalars(select(MailItem.axis_id).where(MailItem.key == key)).one()

    def sent(self, key: str) -> str | None:
        """Give the id of an earlier sending with this key."""
        with self._sessions() as session:
            return session.scalars(select(MailItem.axis_id).where(MailItem.key == key)).first()

    def pending(self, organ_id: str, kind: Kind) -> list[PendingItem]:
        """Give what lies in the box of the agency with this code."""
        with self._sessions() as session:
            receiver = directory.by_code(session, organ_id)
            if receiver is None:
                return []
            items = session.scalars(
                select(MailItem)
                .where(
                    MailItem.agency_id == receiver.id,
                    MailItem.kind == kind.value,
                    MailItem.acknowledged_at.is_(None),
                )
                .order_by(MailItem.created_at)
                .limit(100)
            )
            return [
                PendingItem(
                    doc_id=item.axis_id,
                    kind=kind,
                    from_=item.from_organ_id,
                    to=item.to_organ_id,
                    created_at=item.created_at,
                )
                for item in items
            ]

    def fetch(self, doc_id: str) -> bytes:
        """Give the packet of that id.

        Raises:
            NotFound: There is none.
        """
        with self._sessions() as session:
            item = session.get(MailItem, doc_id)
        if item is None:
            raise NotFound("exchange.no_such_item")
        return self._artifacts.get(item.sha256)

    def acknowledge(self, doc_id: str, ok: bool) -> None:  # noqa: FBT001 - the port's own form
        """Take a packet out of the box: it was stored, or it cannot be read."""
        with self._sessions.begin() as session:
            item = session.get(MailItem, doc_id)
            if item is not None and item.acknowledged_at is None:
                item.acknowledged_at, item.accepted = self._clock(), ok

    def agencies(self) -> list[AxisAgency]:
        """Give the open agencies of this installation."""
        with self._sessions() as session:
            return [
                AxisAgency(code=directory.organ_id(agency), name=agency.name)
                for agency in directory.open_agencies(session, local_day(self._clock()))
            ]
