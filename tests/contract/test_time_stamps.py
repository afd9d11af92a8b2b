"""Time-stamps over the network, from an authority that may be away, slow or lying."""

import socket
import time
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from asn1crypto import cms

from console.demonstration.authority import ARCHITECTURE, TIME
from console.demonstration.pki import create
from kernel.errors import Unavailable
from signing.lasting.timestamps import HastyAuthority, HttpAuthority, stamped
from signing.trusting.trust import Trust
from tests.contract.servers.authority import BadDays
from tests.contract.servers.serving import served
from tests.office import HeldClock

DIGEST = bytes(range(32))


@dataclass(frozen=True)
class Country:
    """One authority, and the client that knows it."""

    server: BadDays
    client: HttpAuthority
    clock: HeldClock

    def refusal(self) -> str:
        with pytest.raises(Unavailable) as unavailable:
            self.client.stamp(DIGEST)
        return unavailable.value.code


@pytest.fixture(scope="module")
def founded(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("cơ quan chứng thực")
    create(folder / "ca", folder / "keys", folder / "trust", [], [], "http://127.0.0.1:9", "x")
    return folder


@pytest.fixture
def country(founded: Path) -> Iterator[Country]:
    server, clock = BadDays(founded / "ca"), HeldClock(datetime.now(UTC))
    trust = Trust.load(founded / "trust")
    with served(server) as address:
        url = f"{address}/{ARCHITECTURE}/tsa/{TIME}"
        yield Country(server, HttpAuthority(url, lambda: trust, clock, patience=5), clock)


def test_an_authority_in_the_network_stamps_what_it_is_asked_for(country: Country) -> None:
    token = cms.ContentInfo.load(country.client.stamp(DIGEST))

    told = stamped(token)
    assert told["message_imprint"]["hashed_message"].native == DIGEST
    assert abs(told["gen_time"].native - country.clock()) < timedelta(minutes=1)


@pytest.mark.parametrize(
    ("mood", "code"),
    [
        ("broken", "proof.stamp_refused"),
        ("moved", "proof.stamp_refused"),
        ("garbage", "proof.stamp_garbage"),
        ("of_other_bytes", "proof.stamp_other_bytes"),
        ("replayed", "proof.stamp_replayed"),
        ("endless", "proof.authority_silent"),
    ],
)
def test_a_bad_answer_is_not_used_and_a_good_one_after_it_is(
    country: Country, mood: str, code: str
) -> None:
    country.server.moods["tsa"] = mood
    assert country.refusal() == code

    country.server.moods.clear()

    assert country.client.stamp(DIGEST)


@pytest.mark.parametrize("mood", ["slow", "dripping"])
def test_an_answer_that_takes_too_long_is_not_waited_for(country: Country, mood: str) -> None:
    country.server.moods["tsa"] = mood
    impatient = replace(country, client=replace(country.client, patience=0.25))

    begun = time.monotonic()
    assert impatient.refusal() == "proof.authority_silent"
    assert time.monotonic() - begun < 1


def test_a_server_that_is_down_is_told_as_silent(country: Country) -> None:
    with socket.create_server(("127.0.0.1", 0)) as closed:
        port = closed.getsockname()[1]
    away = replace(country, client=replace(country.client, url=f"http://127.0.0.1:{port}/"))

    assert away.refusal() == "proof.authority_silent"


def test_a_clock_that_disagrees_with_the_authoritys_is_found(country: Country) -> None:
    country.clock.pass_by(minutes=10)

    assert country.refusal() == "proof.stamp_wrong_time"


def test_who_answered_badly_is_left_alone_for_a_while_by_those_in_haste(country: Country) -> None:
    hasty = HastyAuthority(country.client, country.clock, rest=timedelta(minutes=2))
    in_haste = replace(country, client=hasty)
    country.server.moods["tsa"] = "broken"
    assert in_haste.refusal() == "proof.stamp_refused"
    country.server.moods.clear()

    assert in_haste.refusal() == "proof.authority_rests"
    assert country.server.asked == ["tsa"]

    country.clock.pass_by(minutes=1.9)
    assert in_haste.refusal() == "proof.authority_rests"
    country.clock.pass_by(minutes=0.1)
    assert hasty.stamp(DIGEST)
