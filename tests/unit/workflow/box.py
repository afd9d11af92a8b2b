"""An agency's box on the axis, into which a test lays packets of its own making."""

from dataclasses import dataclass, replace
from uuid import uuid4

from sqlalchemy import select

from exchange.packet import DocumentPacket
from exchange.transport import Kind
from exchange.write import write_document
from tests.office import Desks
from tests.unit.workflow.way import STAFF, Arrival
from workflow.models import Incoming, Packet

UBND, STC, SNV = "H13", "H13.03", "H13.02"


@dataclass(frozen=True)
class Box:
    """Lay a packet into an agency's box, as the axis would, and let it be taken."""

    desks: Desks

    def gets(
        self, data: bytes, *, sender: str = UBND, agency: str = STC, kind: Kind = Kind.DOCUMENT
    ) -> Packet:
        key = uuid4().hex
        axis_id = self.desks.office.transport.send(data, kind, sender, [agency], key)
        self.desks.work_off()
        return self.packet(axis_id)

    def packet(self, axis_id: str) -> Packet:
        with self.desks.office.sessions() as session:
            return session.scalars(select(Packet).where(Packet.axis_id == axis_id)).one()

    def arrival(self, told: DocumentPacket, agency: str = "stc") -> Arrival:
        """A document like the one told of, just arrived at the agency."""
        with self.desks.office.sessions() as session:
            packet = self.gets(another(told), agency={"stc": STC, "snv": SNV}[agency])
            incoming = select(Incoming.id).where(Incoming.packet_id == packet.id)
            return Arrival(self.desks, session.scalars(incoming).one(), STAFF[agency])


def another(told: DocumentPacket, **changes: object) -> bytes:
    """A packet like it, about a document that nobody has seen yet."""
    fresh = f"{UBND};2026;{uuid4().hex[:12]}"
    return write_document(replace(told, **{"document_id": fresh, "business": None} | changes))
