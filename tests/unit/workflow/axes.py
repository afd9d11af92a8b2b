"""Axes of a test's own making: they carry packets by the post room, and fail as a test wants."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from exchange.transport import AxisAgency, Kind, PendingItem, Transport
from tests.office import Desks


@dataclass(slots=True)
class Axis:
    """An axis that goes wrong at the next sendings: before it takes the packet, or after."""

    real: Transport
    before: list[BaseException] = field(default_factory=list)
    after: list[BaseException] = field(default_factory=list)
    tried: int = 0

    def send(self, data: bytes, kind: Kind, from_: str, to: Sequence[str], key: str) -> str:
        self.tried += 1
        if self.before:
            raise self.before.pop(0)
        axis_id = self.real.send(data, kind, from_, to, key)
        if self.after:
            raise self.after.pop(0)
        return axis_id

    def sent(self, key: str) -> str | None:
        return self.real.sent(key)

    def pending(self, organ_id: str, kind: Kind) -> list[PendingItem]:
        return self.real.pending(organ_id, kind)

    def fetch(self, doc_id: str) -> bytes:
        return self.real.fetch(doc_id)

    def acknowledge(self, doc_id: str, ok: bool) -> None:  # noqa: FBT001 - the port's own form
        self.real.acknowledge(doc_id, ok)

    def agencies(self) -> list[AxisAgency]:
        return self.real.agencies()


def over(desks: Desks, axis: Axis) -> Desks:
    """The same office, sending over this axis."""
    return replace(desks, office=replace(desks.office, transport=axis))
