"""One office for every test of this folder: opening its keys takes longer than most of them.

Each test makes the documents it asks about; only the clock and the bells are set back between them.
"""

from collections.abc import Iterator
from datetime import UTC, datetime

import pytest

from tests.founding import Founded
from tests.office import Desks


@pytest.fixture(scope="session")
def shared_desks(founded: Founded, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desks]:
    with founded.copy(tmp_path_factory.mktemp("văn phòng")) as desks:
        yield desks


@pytest.fixture(autouse=True)
def _new_morning(request: pytest.FixtureRequest) -> None:
    if "shared_desks" in request.fixturenames:
        desks: Desks = request.getfixturevalue("shared_desks")
        desks.bells.clear()
        desks.clock.now = max(desks.clock.now, datetime.now(UTC))
