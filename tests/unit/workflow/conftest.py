"""One office for every test of this folder: opening its keys takes longer than most of them.

Each test makes the documents it asks about; only the clock and the bells are set back between them.
Keys under a short stretching and kept connections let hundreds of documents walk in two minutes.
"""

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import PrivateFormat, pkcs12

from console.demonstration.load import PASSPHRASE
from exchange.packet import DocumentPacket
from exchange.read import read
from kernel.database import engine_at
from tests.founding import Founded
from tests.office import Desks
from tests.unit.workflow.box import Box
from tests.unit.workflow.way import walk
from workflow.states import OutgoingState

SIGNERS = ("phochutich", "chutich", "chanhvanphong", "sdttg.giamdoc", "snv.giamdoc")


@pytest.fixture(scope="session")
def shared_desks(founded: Founded, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desks]:
    with founded.copy(tmp_path_factory.mktemp("văn phòng")) as desks:
        for signer in SIGNERS:
            stretch_less(desks.settings.keys_folder / "people" / f"{signer}.p12")
        kept = engine_at(desks.settings.database_url)
        desks.office.sessions.configure(bind=kept)
        desks.office.desk.sessions.configure(bind=kept)
        yield desks
        kept.dispose()


def stretch_less(container: Path) -> None:
    """Keep the key and its passphrase, without the third of a second that opening it takes."""
    secret = PASSPHRASE.encode()
    opened = pkcs12.load_pkcs12(container.read_bytes(), secret)
    assert opened.cert
    protection = (
        PrivateFormat.PKCS12.encryption_builder()
        .kdf_rounds(1_000)
        .key_cert_algorithm(pkcs12.PBES.PBESv2SHA256AndAES256CBC)
        .hmac_hash(SHA256())
        .build(secret)
    )
    chain = [other.certificate for other in opened.additional_certs]
    container.write_bytes(
        pkcs12.serialize_key_and_certificates(
            b"key", opened.key, opened.cert.certificate, chain, protection
        )
    )


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
