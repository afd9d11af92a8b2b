"""The checks on what a time-stamping authority answers, before it gets into a file."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

import pytest
from asn1crypto import tsp
from certomancer.registry import ServiceLabel
from certomancer.services import TimeStamper

from console.demonstration.authority import TIME
from kernel.errors import Unavailable
from signing.lasting.timestamps import Question, accept, stamped
from tests.authority import LocalAuthority, architecture
from tests.office import HeldClock
from tests.unit.signing.desk import Desk

DIGEST = bytes(range(32))


@dataclass(frozen=True)
class Asked:
    """A question, and the authority that is to answer it."""

    desk: Desk
    authority: LocalAuthority
    question: Question

    def answered(self, request: Question | None = None, at: datetime | None = None) -> bytes:
        authority = replace(self.authority, clock=HeldClock(at or self.desk.now))
        return authority.answer((request or self.question).der())

    def refusal(self, answer: bytes) -> str:
        with pytest.raises(Unavailable) as unavailable:
            accept(answer, self.question, self.desk.trust, self.desk.now)
        return unavailable.value.code


@pytest.fixture
def asked(desk: Desk) -> Asked:
    authority = LocalAuthority(desk.folder / "ca", desk.trust, HeldClock(desk.now))
    return Asked(desk, authority, Question(DIGEST, desk.now))


def test_an_honest_answer_is_accepted(asked: Asked) -> None:
    token = accept(asked.answered(), asked.question, asked.desk.trust, asked.desk.now)

    told = stamped(tsp.ContentInfo.load(token))
    assert told["message_imprint"]["hashed_message"].native == DIGEST
    assert told["gen_time"].native == asked.desk.now


def test_a_stamp_of_other_bytes_is_not_accepted(asked: Asked) -> None:
    other = replace(asked.question, digest=bytes(32))

    assert asked.refusal(asked.answered(other)) == "proof.stamp_other_bytes"


def test_an_old_answer_sent_again_is_not_accepted(asked: Asked) -> None:
    before = Question(DIGEST, asked.desk.now)

    assert asked.refusal(asked.answered(before)) == "proof.stamp_replayed"


@pytest.mark.parametrize("minutes", [-6, 6])
def test_a_clock_that_is_off_is_not_believed(asked: Asked, minutes: int) -> None:
    moment = asked.desk.now + timedelta(minutes=minutes)

    assert asked.refusal(asked.answered(at=moment)) == "proof.stamp_wrong_time"


def test_a_certificate_that_may_not_stamp_is_not_accepted(asked: Asked) -> None:
    """The leader's key is a good one, but not for this."""
    services = architecture(asked.authority.folder).service_registry
    honest = services.summon_timestamper(ServiceLabel(TIME), asked.desk.now)
    stamper = TimeStamper(
        asked.authority.certificate("status"),
        architecture(asked.authority.folder).key_set.get_private_key("status"),
        fixed_dt=asked.desk.now,
        signature_algo=honest.signature_algo,
    )

    answer = stamper.request_tsa_response(tsp.TimeStampReq.load(asked.question.der()))

    assert asked.refusal(answer.dump()) == "proof.stamp_untrusted"


def test_an_authority_that_is_not_on_the_trust_list_is_not_accepted(asked: Asked) -> None:
    nobody = replace(asked.desk.trust, anchors=())

    with pytest.raises(Unavailable) as unavailable:
        accept(asked.answered(), asked.question, nobody, asked.desk.now)

    assert unavailable.value.code == "proof.stamp_untrusted"


def test_an_expired_certificate_is_not_accepted(asked: Asked) -> None:
    long_after = asked.desk.now + timedelta(days=22 * 365 + 1)
    question = replace(asked.question, asked_at=long_after)

    with pytest.raises(Unavailable) as unavailable:
        accept(asked.answered(question, at=long_after), question, asked.desk.trust, long_after)

    assert unavailable.value.code == "proof.stamp_untrusted"


def test_a_refusal_is_told_as_one(asked: Asked) -> None:
    status = {"status": "rejection", "status_string": ["không phục vụ"]}
    told = tsp.PKIStatusInfo(status).dump()

    assert asked.refusal(b"\x30" + bytes([len(told)]) + told) == "proof.stamp_refused"


def test_a_forged_signature_is_not_accepted(asked: Asked) -> None:
    answer = bytearray(asked.answered())
    answer[-1] ^= 1

    assert asked.refusal(bytes(answer)) == "proof.stamp_garbage"


def test_no_piece_of_an_answer_can_be_lost_and_no_byte_of_the_stamp_changed(asked: Asked) -> None:
    answer = asked.answered()
    imprint = answer.index(DIGEST)
    places = [*range(imprint - 8, imprint + 80, 7), *range(len(answer) - 250, len(answer), 31)]

    pieces = [answer[:length] for length in range(0, len(answer), 37)]
    for place in places:
        changed = bytearray(answer)
        changed[place] ^= 0x15
        pieces.append(bytes(changed))

    assert {asked.refusal(piece) for piece in pieces} <= {
        "proof.stamp_garbage",
        "proof.stamp_other_bytes",
        "proof.stamp_replayed",
        "proof.stamp_wrong_time",
    }
