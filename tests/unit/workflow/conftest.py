"""One office for every test of this folder: opening its keys takes longer than most of them.

Each test makes the documents it asks about; only the clock and the bells are set back between them.
"""

from collections.abc import Iterator
from datetime import UTC, datetime

import pytest

from exchange.packet import DocumentPacket
from exchange.read import read
from tests.founding import Founded
from tests.office import Desks
from tests.unit.workflow.box import Box
from tests.unit.workflow.way import walk
from workflow.states import OutgoingState


@pytest.fixture(scope="session")
def shared_desks(founded: Founded, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desks]:
    with founded.copy(tmp_path_factory.mktemp("văn phòng")) as desks:
        yield desks


@pytest.fixture(scope="session")
def told(shared_desks: Desks) -> DocumentPacket:
    """The packet that carried a document of the city to Sở Tài chính."""
    shared_desks.bells.clear()
    case = walk(shared_desks, OutgoingState.ISSUED, to=["stc"])
    shared_desks.bells.clear()
    (delivery,) = case.row.deliveries
    packet = read(shared_desks.office.artifacts.get(delivery.packet))
    assert isinstance(packet, DocumentPacket)
    return packet


@pytest.fixture
def box(shared_desks: Desks) -> Box:
    return Box(shared_desks)


@pytest.fixture(autouse=True)
def _new_morning(request: pytest.FixtureRequest) -> None:
    if "shared_desks" in request.fixturenames:
        desks: Desks = request.getfixturevalue("shared_desks")
        desks.bells.clear()
        desks.clock.now = max(desks.clock.now, datetime.now(UTC))
