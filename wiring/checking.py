"""Checks files outside of this process: whatever a file does to its reader, we get a verdict.

The checking process (``wiring.checker``) is started at the first check and lives as long as this
one; gunicorn's workers and Celery's children each have their own. It gets the trust list once per
version, and for each file its bytes and a socket for the answer. Starting it takes about a second;
a check costs a few milliseconds more than one made in place.
"""

import json
import os
import pickle
import signal
import socket
import subprocess
import sys
import threading
import weakref
from base64 import b64decode
from collections.abc import Sequence
from contextlib import closing
from dataclasses import astuple, dataclass, replace
from datetime import datetime
from typing import Any, Self

from asn1crypto.core import Asn1Value

from kernel.log import logger
from kernel.settings import ROOT
from signing.checking.verdict import (
    CertificateTrust,
    Conclusion,
    ExpectedSignature,
    Finding,
    Integrity,
    Modifications,
    Timestamp,
    Verdict,
    worst,
)
from signing.trusting.trust import Trust
from wiring.checker import CHECK, OUT_OF_MEMORY, TRUST, Limits, Question
from workflow.office import ChangedPage

_PROGRAM = "from wiring.checker import main; main()"
"""Not ``-m``, which would load the module a second time for what is unpacked there."""
_GRACE = 2
"""Seconds that the end of a killed child may take to reach us."""
_LARGEST_ANSWER = 32 * 1024 * 1024
_AT_ONCE = os.cpu_count() or 1

_log = logger(__name__)


@dataclass(slots=True)
class _Process:
    """A running checking process, and the trust list it holds."""

    popen: subprocess.Popen[bytes]
    control: socket.socket
    owner: int
    """The process that started it; a fork of that one starts another."""

    trust_version: str = ""

    @classmethod
    def start(cls, limits: Limits) -> "_Process":
        """Start it with nothing of our environment but the way to our modules."""
        ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        with theirs:
            popen = subprocess.Popen(  # noqa: S603 - our own module
                [sys.executable, "-c", _PROGRAM, *map(str, astuple(limits))],
                stdin=theirs.fileno(),
                stdout=subprocess.DEVNULL,
                env={"PYTHONPATH": str(ROOT), "PYTHONSAFEPATH": "1", "PYTHONUTF8": "1"},
                start_new_session=True,  # Ctrl-C is for us; it ends when we have ended
            )
        return cls(popen, ours, os.getpid())

    def runs_here(self) -> bool:
        """Tell whether it is ours and alive."""
        return self.owner == os.getpid() and self.popen.poll() is None

    def give(self, trust: Trust) -> None:
        """Hand over the trust list unless it holds that version already."""
        if self.trust_version != trust.version:
            self.send(TRUST, _file(trust))
            self.trust_version = trust.version

    def send(self, message: bytes, *files: int) -> None:
        """Send files with a word on what they are, and close them here."""
        try:
            socket.send_fds(self.control, [message], files)
        finally:
            for file in files:
                os.close(file)

    def end(self) -> None:
        """End it; a fork of the process that started it only lets go."""
        self.control.close()
        if self.owner == os.getpid():
            self.popen.terminate()
            self.popen.wait()


class Checking:
    """Checks files in another process; any thread may call it."""

    def __init__(self, limits: Limits | None = None) -> None:
        self._limits = limits or Limits()
        self._process: _Process | None = None
        self._lock = threading.Lock()
        self._places = threading.BoundedSemaphore(_AT_ONCE)

    def __call__(
        self,
        pdf: bytes,
        *,
        trust: Trust,
        at: datetime,
        expected: Sequence[ExpectedSignature] = (),
        full: bool = False,
    ) -> Verdict:
        """Check all signatures of any bytes; what stops the check becomes a finding of its own."""
        question = Question.FULL_VERDICT if full else Question.VERDICT
        told, end = self._ask(trust, question, pdf, at, tuple(expected))
        reason = _REASONS.get(end, "checker_died")
        try:
            verdict = Verdict.from_json(json.loads(told[-1]))
        except (IndexError, ValueError, KeyError, TypeError):  # it told nothing, or lost its mind
            _log.warning("file not checked", reason=reason, end=end, size=len(pdf))
            return not_checked(reason, trust, at)
        return verdict if end == 0 else _unfinished(verdict)

    def changed_pages(self, pdf: bytes, *, trust: Trust, at: datetime) -> tuple[ChangedPage, ...]:
        """Show the pages that look different from when they were signed, a few at most."""
        told, end = self._ask(trust, Question.CHANGED_PAGES, pdf, at, ())
        if end != 0 or not told:
            return ()
        return tuple(
            ChangedPage(page["field"], page["page"], b64decode(page["png"]))
            for page in json.loads(told[-1])
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """End the checking process; the next check starts another."""
        if self._process:
            self._drop(self._process)

    def _ask(self, trust: Trust, *asked: object) -> tuple[list[bytes], int]:
        """Give the whole lines told, and how the child ended; ask again if its parent had died."""
        with self._places:
            for _ in range(2):
                ours, theirs = socket.socketpair()
                with closing(ours), theirs:
                    process = self._running()
                    try:
                        with self._lock:
                            process.give(trust)
                            process.send(CHECK, _file(asked), theirs.detach())
                        told, _, end = self._heard(ours).rpartition(b"\n")
                    except TimeoutError:
                        return [], -signal.SIGALRM
                    except OSError as error:
                        _log.warning("checking process lost", error=type(error).__name__)
                        told, end = b"", b""
                if end:
                    return told.split(b"\n")[:-1], int(end)
                self._drop(process)
        return [], _LOST

    def _heard(self, answer: socket.socket) -> bytes:
        answer.settimeout(self._limits.seconds + _GRACE)
        heard = bytearray()
        while len(heard) < _LARGEST_ANSWER and (more := answer.recv(1 << 16)):
            heard += more
        return bytes(heard)

    def _running(self) -> _Process:
        """Give the checking process of this very process, started if need be."""
        with self._lock:
            if self._process is None or not self._process.runs_here():
                self._process = _Process.start(self._limits)
                weakref.finalize(self, self._process.end)
            return self._process

    def _drop(self, process: _Process) -> None:
        """End a process that was lost, unless another thread has replaced it already."""
        process.end()
        with self._lock:
            if self._process is process:
                self._process = None


_LOST = 256
"""No exit code: the checking process ended twice before it could say how the child did."""

_REASONS = {
    OUT_OF_MEMORY: "too_large",
    -signal.SIGALRM: "too_slow",
    -signal.SIGXCPU: "too_slow",
}


def _unfinished(verdict: Verdict) -> Verdict:
    """Lower a verdict whose pages could not be compared to the end."""
    return replace(
        verdict,
        conclusion=worst(verdict.conclusion, Conclusion.INDETERMINATE),
        findings=(*verdict.findings, Finding("signing.finding.not_drawn", {})),
    )


def not_checked(code: str, trust: Trust, at: datetime) -> Verdict:
    """Say that nothing is known about a file, and why."""
    return Verdict(
        signatures=(),
        integrity=Integrity.UNKNOWN,
        modifications=Modifications.UNKNOWN,
        trust=CertificateTrust.UNKNOWN,
        timestamps=Timestamp.UNKNOWN,
        conclusion=Conclusion.INDETERMINATE,
        findings=(Finding(f"signing.finding.{code}", {}),),
        values={},
        checked_at=at,
        trust_version=trust.version,
    )


def _file(content: object) -> int:
    """Put something into a file that has no name and lies in memory."""
    file = os.memfd_create("vanthu")
    with open(file, "wb", closefd=False) as opened:
        _Packer(opened, protocol=5).dump(content)
    return file


class _Packer(pickle.Pickler):
    """Packs certificates and lists by their bytes: as objects they do not survive the way."""

    def reducer_override(self, obj: object) -> Any:  # noqa: ANN401 - as pickle wants it
        """Give how to make ``obj`` again."""
        if isinstance(obj, Asn1Value):
            return type(obj).load, (obj.dump(),)
        return NotImplemented
