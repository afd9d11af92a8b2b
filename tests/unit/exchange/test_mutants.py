"""Thousands of damaged packets: each is read or refused, none breaks the reader or holds it up."""

import base64
import random
import time
from pathlib import Path

import pytest

from exchange.inspect import inspect

SAMPLES = sorted((Path(__file__).parents[2] / "data" / "exchange").rglob("*.edxml"))
MUTANTS_EACH = 60
SECONDS = 2

SPLICES = [
    b"<",
    b">",
    b"&",
    b"]]>",
    b"<!--",
    b"<![CDATA[",
    b"<?x ?>",
    b"&#0;",
    b"&#x1F600;",
    b"&lt;",
    b"\x00",
    b"\xff\xfe",
    b"\xef\xbb\xbf",
    b"<a/>",
    b"</edXML>",
    b"PK\x03\x04",
    b"UEsDBA==",
    b"cid:",
    b"null",
    b"-1",
    b"99999999999999999999",
    "\u202e".encode(),
    b"A" * 20_000,
    b"<x>" * 300,
]


def mutant(data, dice):
    """Damage a packet one to four times: cut, double, swap, overwrite, insert."""
    damaged = bytearray(data)
    for _ in range(dice.randint(1, 4)):
        start = dice.randrange(len(damaged) + 1)
        end = min(len(damaged), start + dice.choice([1, 2, 8, 40, 400, 4000]))
        piece = bytes(damaged[start:end])
        act = dice.randrange(5)
        if act == 0:
            del damaged[start:end]
        elif act == 1:
            damaged[start:start] = piece
        elif act == 2:
            other = dice.randrange(len(damaged) + 1)
            damaged[other:other] = piece
        elif act == 3:
            damaged[start:end] = dice.randbytes(len(piece))
        else:
            damaged[start:start] = dice.choice(SPLICES)
    return bytes(damaged)


@pytest.mark.parametrize("path", SAMPLES, ids=lambda path: path.stem)
def test_a_damaged_packet_is_read_or_refused_and_never_holds_anybody_up(path):
    dice = random.Random(path.name)  # noqa: S311 - repeatable, nothing to guess
    data = path.read_bytes()

    for _ in range(MUTANTS_EACH):
        began = time.monotonic()
        told = inspect(mutant(data, dice))

        assert time.monotonic() - began < SECONDS
        assert told["readable"] or told["problems"]


def test_a_damaged_archive_within_a_packet_is_read_or_refused(sample):
    dice = random.Random(1)  # noqa: S311 - repeatable, nothing to guess
    text = sample("variants/v01_baseline.edxml")
    start = text.index(b"UEsDBBQACAgI")
    end = text.index(b"<", start)
    archive = base64.b64decode(text[start:end])

    for _ in range(3000):
        damaged = bytearray(archive)
        for _ in range(dice.randint(1, 5)):
            damaged[dice.randrange(4, len(damaged))] = dice.randrange(256)
        told = inspect(text[:start] + base64.b64encode(damaged) + text[end:])

        assert told["readable"] or told["problems"]
