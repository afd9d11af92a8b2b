"""The checking process: holds the libraries warm and forks one short life for each file.

What comes from outside may be made to crash, to never end or to eat all memory. So every file is
read by a child of its own that can be killed without loss; it may use little memory and time, it
may write no file, and where the machine allows it there is no network to reach.

It knows no settings and no secret, and ends when the process that started it ends.
"""

import asyncio
import ctypes
import gc
import json
import os
import pickle
import resource
import selectors
import signal
import socket
import sys
from base64 import b64encode
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import Enum
from itertools import islice
from pathlib import Path
from typing import Any

from kernel.log import configure, logger
from signing.checking.comparison import pages_changed
from signing.checking.examination import examine
from signing.checking.rendered import PageDifference
from signing.checking.validate import validate, validate_by_and_by
from signing.checking.verdict import ExpectedSignature
from signing.trusting.trust import Trust

TRUST = b"trust"
"""Message: from now on check by the trust list in the file that comes with it."""
CHECK = b"check"
"""Message: check what is in the first file that comes with it, and answer on the second."""


class Question(Enum):
    """What is asked about a file."""

    VERDICT = "verdict"
    FULL_VERDICT = "full verdict"
    """Also by the look of the pages; the verdict without that is told first."""
    CHANGED_PAGES = "changed pages"


MOST_PICTURES = 10
"""Changed pages that are shown; who reads more of them has the file itself."""

SAMPLE = Path(__file__).parent / "sample.pdf"
"""A page of ours, signed and sealed with test keys. The libraries load and build much of themselves
when they are first used; reading it beforehand saves every child a tenth of a second."""

OUT_OF_MEMORY = 3
"""How a child ends for which the memory allowed was not enough."""

_NEW_USER_AND_NETWORK = 0x10000000 | 0x40000000
_log = logger(__name__)


@dataclass(frozen=True, slots=True)
class Limits:
    """What one file may cost."""

    memory: int = 1_500_000_000
    """Bytes of address space."""

    processor_seconds: int = 20
    seconds: int = 30


@dataclass(frozen=True, slots=True)
class _Child:
    """A file that is being checked."""

    pid: int
    answer: socket.socket


class Checker:
    """Takes requests from one control socket until it is closed."""

    def __init__(self, control: socket.socket, limits: Limits) -> None:
        self._control = control
        self._limits = limits
        self._trust: Trust | None = None
        self._selector = selectors.DefaultSelector()

    def serve(self) -> None:
        """Fork a child for each request and say how it ended."""
        self._selector.register(self._control, selectors.EVENT_READ)
        while True:
            for key, _ in self._selector.select():
                match key.data:
                    case _Child() as child:
                        self._end(key.fd, child)
                    case _ if not self._take():
                        return

    def _take(self) -> bool:
        message, files, _, _ = socket.recv_fds(self._control, 16, 2)
        match message, files:
            case b"", _:
                return False
            case b"trust", [told]:
                self._trust = pickle.loads(_contents(told))  # noqa: S301 - from our own parent
                validate(SAMPLE.read_bytes(), self._trust, at=datetime.now(UTC), full=True)
                gc.collect()
                gc.freeze()  # what was loaded stays shared with every child
            case b"check", [request, answer]:
                self._begin(request, socket.socket(fileno=answer))
        return True

    def _begin(self, request: int, answer: socket.socket) -> None:
        pid = os.fork()
        if pid == 0:
            self._be_child(request, answer)
        os.close(request)
        self._selector.register(os.pidfd_open(pid), selectors.EVENT_READ, _Child(pid, answer))

    def _end(self, handle: int, child: _Child) -> None:
        """Say how the child ended: its exit code, or the signal that killed it as a negative."""
        self._selector.unregister(handle)
        os.close(handle)
        _, status = os.waitpid(child.pid, 0)
        child.answer.settimeout(0)
        with suppress(OSError):  # nobody waits any more
            child.answer.send(f"\n{os.waitstatus_to_exitcode(status)}".encode())
            child.answer.shutdown(socket.SHUT_RDWR)
        child.answer.close()

    def _be_child(self, request: int, answer: socket.socket) -> None:
        """Check one file and end; nothing may escape from here into the parent's loop."""
        code = 1
        try:
            self._let_go_of_others()
            _confine(self._limits)
            asked = pickle.loads(_contents(request))  # noqa: S301 - from our own parent
            if self._trust is not None:
                for told in _answers(self._trust, *asked):
                    answer.sendall(json.dumps(told).encode() + b"\n")
                code = 0
        except MemoryError:
            code = OUT_OF_MEMORY
        except BaseException as error:  # noqa: BLE001 - the end of a process, whatever it met
            _log.error("check failed", error=type(error).__name__)
        finally:
            os._exit(code)

    def _let_go_of_others(self) -> None:
        self._control.close()
        for key in list(self._selector.get_map().values()):
            match key.data:
                case _Child(answer=answer):
                    answer.close()


def _answers(
    trust: Trust,
    question: Question,
    pdf: bytes,
    at: datetime,
    expected: Sequence[ExpectedSignature],
) -> Iterator[Any]:
    """Give answers as JSON data, each better than the one before."""
    if question is Question.CHANGED_PAGES:
        yield [
            {"field": field, "page": different.page, "png": b64encode(different.picture).decode()}
            for field, different in _changed_pages(pdf, trust, at)
        ]
        return
    verdicts = validate_by_and_by(pdf, trust, at=at, expected=expected)
    if question is Question.VERDICT:
        verdicts = islice(verdicts, 1)
    for verdict in verdicts:
        yield verdict.to_json()


def _changed_pages(pdf: bytes, trust: Trust, at: datetime) -> Iterator[tuple[str, PageDifference]]:
    """Give the pages that differ from what the last signature covered that sees any difference.

    Earlier signatures see the same ones, and beside them what was rightly added between.
    """
    compared = pages_changed(asyncio.run(examine(pdf, trust, at)))
    for field, pages in reversed([*compared.items()]):
        if pages:
            return ((field, page) for page in pages[:MOST_PICTURES])
    return iter(())


def _contents(file: int) -> bytes:
    with open(file, "rb") as opened:
        opened.seek(0)
        return opened.read()


def _confine(limits: Limits) -> None:
    """Bind this process to its limits; breaking one ends it by a signal or by MemoryError."""
    for kind, most in (
        (resource.RLIMIT_AS, limits.memory),
        (resource.RLIMIT_FSIZE, 0),
        (resource.RLIMIT_CORE, 0),
    ):
        resource.setrlimit(kind, (most, most))
    soft = limits.processor_seconds
    resource.setrlimit(resource.RLIMIT_CPU, (soft, soft + 1))
    signal.setitimer(signal.ITIMER_REAL, limits.seconds)


def _leave_network() -> None:
    """Move into a network of our own that has no way out, where the machine allows that."""
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.unshare(_NEW_USER_AND_NETWORK):
        _log.info("network stays reachable", error=os.strerror(ctypes.get_errno()))


def main() -> None:
    """Serve the control socket that stands where standard input does."""
    configure("WARNING")
    _leave_network()
    memory, processor_seconds, seconds = (int(word) for word in sys.argv[1:])
    gc.freeze()
    Checker(socket.socket(fileno=0), Limits(memory, processor_seconds, seconds)).serve()
