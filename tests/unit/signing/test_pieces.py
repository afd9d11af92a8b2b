"""What a proof is made of, taken out of the file piece by piece."""

from collections import Counter
from datetime import timedelta

import pytest

from kernel.errors import Refused
from signing.lasting.material import Material
from signing.lasting.pieces import PieceKind, pieces_of
from signing.lasting.proof import add_document_timestamp, embed_validation_data, needs
from tests.authority import LocalAuthority
from tests.office import HeldClock
from tests.unit.signing.desk import Desk


@pytest.fixture(scope="module")
def documented(desk: Desk, sealed: bytes) -> bytes:
    clock = HeldClock(desk.now + timedelta(minutes=10))
    authority = LocalAuthority(desk.folder / "ca", desk.trust, clock)
    stamped = add_document_timestamp(sealed, authority)
    known = authority.answers(needs(stamped, desk.trust, Material()))
    return embed_validation_data(stamped, desk.trust, known)


def test_every_piece_is_given_once_under_a_name_people_know(documented: bytes) -> None:
    pieces = pieces_of(documented)

    assert Counter(piece.kind for piece in pieces) == {
        PieceKind.CERTIFICATE: 6,
        PieceKind.STATUS_ANSWER: 3,
        PieceKind.REVOCATION_LIST: 1,
        PieceKind.TIME_STAMP: 1,
    }
    answers = {piece.name for piece in pieces if piece.kind is PieceKind.STATUS_ANSWER}
    assert {"Nguyễn Văn Đức", "Ủy ban nhân dân phường Ninh Kiều"} < answers
    assert len({piece.der for piece in pieces}) == len(pieces)


def test_each_piece_says_from_when_to_when_it_counts(documented: bytes, desk: Desk) -> None:
    for piece in pieces_of(documented):
        assert piece.valid_from is not None
        assert piece.valid_to is not None
        assert piece.valid_from < piece.valid_to
    (stamp,) = [p for p in pieces_of(documented) if p.kind is PieceKind.TIME_STAMP]
    assert stamp.valid_from == desk.now + timedelta(minutes=10)


def test_what_cannot_be_read_has_no_pieces_but_a_refusal() -> None:
    with pytest.raises(Refused) as refused:
        pieces_of(b"%PDF-1.7")

    assert refused.value.code == "signing.unreadable_pdf"
