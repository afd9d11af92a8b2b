"""The checking process as it is: real limits, real deaths, and the servers that use it.

What a child is told to do is smuggled in where the expected signatures stand: the child unpacks
them itself, under its limits, and nothing else of the office ever does.
"""

import os
import signal
import socket
import subprocess
import sys
import time
import zlib
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import pytest
from billiard import Pool

from kernel.settings import ROOT
from signing.checking.validate import validate
from signing.checking.verdict import Conclusion, Integrity, Verdict
from tests.attack import forgery
from tests.contract.servers import checking_app
from tests.unit.signing.desk import Desk
from wiring.checker import SAMPLE, Limits
from wiring.checking import Checking

SMALL = Limits(memory=600_000_000, processor_seconds=1, seconds=2)


@dataclass
class Doing:
    """Has whoever unpacks it call something."""

    call: Any
    arguments: tuple[Any, ...] = ()

    def __reduce__(self) -> tuple[Any, ...]:
        return self.call, self.arguments


@pytest.fixture(scope="module")
def checking() -> Iterator[Checking]:
    opened = Checking(SMALL)
    yield opened
    opened.close()


@pytest.fixture(scope="module")
def patient() -> Iterator[Checking]:
    opened = Checking()
    yield opened
    opened.close()


def bomb() -> bytes:
    """A PDF whose form lies in a stream that is a million times larger than it looks."""
    packed = zlib.compress(zlib.compress(b"\0" * 300_000_000, 9), 9)
    head = f"/Type/ObjStm/N 1/First 4/Length {len(packed)}/Filter[/FlateDecode/FlateDecode]"
    objects = {
        1: b"<</Type/Catalog/Pages 2 0 R/AcroForm 9 0 R>>",
        2: b"<</Type/Pages/Kids[]/Count 0>>",
        3: b"<<" + head.encode() + b">>stream\n" + packed + b"\nendstream",
    }
    file = b"%PDF-1.7\n"
    rows = {}
    for number, content in objects.items():
        rows[number] = bytes([1]) + len(file).to_bytes(4, "big") + bytes([0])
        file += b"%d 0 obj\n%s\nendobj\n" % (number, content)
    rows[9] = bytes([2]) + (3).to_bytes(4, "big") + bytes([0])
    table = b"".join(rows.get(number, bytes(6)) for number in range(10))
    start = len(file)
    return file + (
        b"10 0 obj\n<</Type/XRef/Size 11/W[1 4 1]/Index[0 10]/Root 1 0 R/Length %d>>stream\n"
        b"%s\nendstream\nendobj\nstartxref\n%d\n%%%%EOF\n" % (len(table), table, start)
    )


def codes(verdict: Verdict) -> list[str]:
    return [finding.code for finding in verdict.findings]


def forced(checking: Checking, desk: Desk, call: Any, *arguments: Any) -> Verdict:
    expected: Any = [Doing(call, arguments)]
    return checking(b"%PDF-1.7", trust=desk.trust, at=desk.now, expected=expected)


def test_a_verdict_from_the_other_process_is_the_one_made_here(
    patient: Checking, desk: Desk, sealed: bytes
) -> None:
    far = patient(sealed, trust=desk.trust, at=desk.now, expected=desk.expected())

    here = validate(sealed, desk.trust, at=desk.now, expected=desk.expected())
    assert far == here
    assert [s.field for s in far.signatures] == ["SignerSignature", "AgencySeal"]


def test_the_sample_that_warms_the_checking_process_is_signed_and_sealed(desk: Desk) -> None:
    verdict = validate(SAMPLE.read_bytes(), desk.trust, at=desk.now)

    assert [s.field for s in verdict.signatures] == ["SignerSignature", "AgencySeal"]
    assert verdict.integrity is Integrity.INTACT


@pytest.mark.parametrize(
    ("call", "arguments", "reason"),
    [
        (time.sleep, (60,), "too_slow"),
        (sum, (range(10**12),), "too_slow"),
        (bytes, (10**10,), "too_large"),
        (os.abort, (), "checker_died"),
        (sys.exit, (0,), "checker_died"),
        (os._exit, (0,), "checker_died"),
        (os.truncate, ("/nowhere", 1), "checker_died"),
    ],
    ids=["sleeps", "computes", "eats memory", "crashes", "leaves", "vanishes", "stumbles"],
)
def test_a_file_that_takes_too_much_gets_a_verdict_that_says_so(
    checking: Checking, desk: Desk, call: Any, arguments: tuple[Any, ...], reason: str
) -> None:
    began = time.monotonic()

    verdict = forced(checking, desk, call, *arguments)

    assert codes(verdict) == [f"signing.finding.{reason}"]
    assert verdict.conclusion is Conclusion.INDETERMINATE
    assert verdict.integrity is Integrity.UNKNOWN
    assert time.monotonic() - began < 5


def test_the_pages_that_look_different_are_shown(
    patient: Checking, desk: Desk, sealed: bytes
) -> None:
    stamped = forgery.stamp_page(sealed)

    verdict = patient(stamped, trust=desk.trust, at=desk.now, full=True)
    pages = patient.changed_pages(stamped, trust=desk.trust, at=desk.now)

    assert "signing.finding.looks_different" in {
        finding.code for signature in verdict.signatures for finding in signature.findings
    }
    assert pages[0].png.startswith(b"\x89PNG")


@pytest.mark.parametrize("content", [b"", b"nothing"])
def test_of_what_cannot_be_read_no_page_is_shown(
    checking: Checking, desk: Desk, content: bytes
) -> None:
    assert checking.changed_pages(content, trust=desk.trust, at=desk.now) == ()


def test_a_child_can_write_no_file(checking: Checking, desk: Desk, tmp_path: Path) -> None:
    target = tmp_path / "left behind"

    forced(checking, desk, Path.write_text, target, "words")

    assert not target.exists() or not target.read_text(encoding="utf-8")


def test_a_child_reaches_no_network(checking: Checking, desk: Desk) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        server.settimeout(0.5)

        forced(checking, desk, socket.create_connection, server.getsockname())

        with pytest.raises(TimeoutError):
            server.accept()


def test_a_file_that_swells_when_it_is_unpacked_is_given_up_in_time(
    patient: Checking, desk: Desk
) -> None:
    began = time.monotonic()

    verdict = patient(bomb(), trust=desk.trust, at=desk.now, full=True)

    assert verdict.conclusion is Conclusion.INDETERMINATE
    assert time.monotonic() - began < 30


def test_the_checking_process_ends_with_the_one_that_started_it(desk: Desk) -> None:
    program = (
        "import sys; from tests.contract.servers import checking_app as a;"
        "a.conclusion((sys.argv[1], b'x')); print(a._checking()._process.popen.pid, flush=True);"
        "sys.stdin.read()"
    )
    started = subprocess.Popen(
        [sys.executable, "-c", program, str(desk.folder / "trust")],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        cwd=ROOT,
    )
    with started:
        assert started.stdout is not None
        process = Path("/proc") / started.stdout.readline().decode().strip()
        assert process.exists()

        started.kill()

    until = time.monotonic() + 10
    while process.exists() and time.monotonic() < until:
        time.sleep(0.05)
    assert not process.exists()


def test_nothing_of_our_environment_is_handed_on(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("VANTHU_DATABASE_URL", "postgresql://secret")
    with Checking() as fresh:
        forced(fresh, desk, sys.exit)
        process = next(iter(_children()))
        environment = Path(f"/proc/{process}/environ").read_bytes()

    assert b"secret" not in environment


def test_one_bad_file_does_not_disturb_the_next(
    patient: Checking, desk: Desk, sealed: bytes
) -> None:
    forced(patient, desk, os.abort)

    verdict = patient(sealed, trust=desk.trust, at=desk.now)

    assert verdict.integrity is Integrity.INTACT


def test_a_checking_process_that_was_killed_is_replaced(desk: Desk, sealed: bytes) -> None:
    with Checking() as checking:
        before = set(_children())
        checking(sealed, trust=desk.trust, at=desk.now)
        (process,) = set(_children()) - before
        os.kill(process, signal.SIGKILL)

        verdict = checking(sealed, trust=desk.trust, at=desk.now)

    assert verdict.integrity is Integrity.INTACT


def test_a_new_trust_list_counts_from_the_next_file_on(
    patient: Checking, desk: Desk, sealed: bytes, tmp_path: Path
) -> None:
    nobody = type(desk.trust).load(tmp_path)

    verdicts = [patient(sealed, trust=t, at=desk.now) for t in (desk.trust, nobody, desk.trust)]

    assert [v.trust_version for v in verdicts] == [
        desk.trust.version,
        nobody.version,
        desk.trust.version,
    ]
    assert verdicts[1].trust is not verdicts[0].trust


def test_threads_check_side_by_side(patient: Checking, desk: Desk, sealed: bytes) -> None:
    with ThreadPoolExecutor(4) as threads:
        asked = [threads.submit(patient, sealed, trust=desk.trust, at=desk.now) for _ in range(8)]

        answers = {answer.result().conclusion for answer in asked}

    assert answers == {Conclusion.TOTAL_PASSED}


def test_celerys_children_each_have_a_checking_process(desk: Desk) -> None:
    trust = str(desk.folder / "trust")
    with Pool(2) as pool:
        told = pool.map(checking_app.conclusion, [(trust, b"%PDF-1.7\n"), (trust, b"nothing")])

    assert told == ["INDETERMINATE", "INDETERMINATE"]


def test_gunicorns_workers_check(desk: Desk, sealed: bytes, tmp_path: Path) -> None:
    address = tmp_path / "web.sock"
    command = [
        *(sys.executable, "-m", "gunicorn", "--config", "python:console.serving"),
        *("--bind", f"unix:{address}", "--workers", "2", "--threads", "4"),
        "tests.contract.servers.checking_app:application",
    ]
    server = subprocess.Popen(
        command, cwd=ROOT, env={**os.environ, "TRUST": str(desk.folder / "trust")}
    )
    try:
        transport = httpx.HTTPTransport(uds=str(address), retries=10)
        with httpx.Client(transport=transport, timeout=60, trust_env=False) as client:
            _wait(address)
            told = [client.post("http://check/", content=sealed).text for _ in range(4)]
    finally:
        server.terminate()
        server.wait()

    assert told == ["TOTAL_PASSED"] * 4


def _children() -> Iterator[int]:
    told = Path(f"/proc/self/task/{os.getpid()}/children").read_text(encoding="ascii")
    return map(int, told.split())


def _wait(address: Path) -> None:
    until = time.monotonic() + 30
    while not address.exists() and time.monotonic() < until:
        time.sleep(0.05)
