"""The person at a terminal: a list, the system's own viewer, and a PIN that is not echoed."""

import os
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from getpass import getpass
from pathlib import Path

from agent.desk import Answer, Ready
from agent.device import Device
from agent.door import Listed
from kernel.errors import DomainError
from kernel.words import explain, sentence
from signing.holding.token import Caution


@dataclass(slots=True)
class Terminal:
    """Whoever sits at the terminal."""

    language: str = "vi"
    _numbers: dict[str, int] = field(default_factory=dict)
    _trouble: str = ""
    """What was told last; it is not told again every few seconds."""
    _signed: int = 0
    _failed: int = 0

    def decide(self, ready: Sequence[Ready], device: Device) -> Answer:
        """List what would be signed, show what is asked for, and take the decision."""
        self._trouble = ""
        self.say("agent.batch", count=len(ready), holder=device.holder)
        for number, one in enumerate(ready, 1):
            self._numbers[one.listed.intent] = number
            self._line(number, one.listed)
        with tempfile.TemporaryDirectory(prefix="vanthu-") as folder:
            while True:
                typed = input(self._words("agent.ask")).strip().lower()
                if typed == self._words("agent.word_sign"):
                    return Answer.SIGN
                if typed == self._words("agent.word_refuse"):
                    self.say("agent.refused_all", count=len(ready))
                    return Answer.REFUSE
                if typed.isdigit() and 1 <= int(typed) <= len(ready):
                    self._view(Path(folder) / f"{typed}.pdf", ready[int(typed) - 1].pdf)

    def pin(self, token: str, asked: Caution) -> str:
        """Ask for the PIN, with a warning where the next wrong one locks the device."""
        self._trouble = ""
        if asked.last_try:
            self.say("agent.pin_once_more")
        return getpass(self._words("agent.pin", token=token))

    def told(self, error: DomainError) -> None:
        """Tell what stands in the way, until something else happens."""
        words = explain(error, self.language)
        if words != self._trouble:
            self._trouble = words
            self._print(words)

    def left_out(self, listed: Listed, error: DomainError) -> None:
        """Tell that one document was not signed."""
        self._failed += 1
        why = explain(error, self.language)
        self.say("agent.not_signed", ordinal=self._number(listed), subject=listed.subject, why=why)

    def signed(self, listed: Listed) -> None:
        """Tell that one document was signed."""
        self._signed += 1
        self.say("agent.signed", ordinal=self._number(listed), subject=listed.subject)

    def over(self) -> None:
        """Tell how the batch went, and begin a new count."""
        if self._signed or self._failed:
            self.say("agent.over", signed=self._signed, failed=self._failed)
        self._signed = self._failed = 0
        self._numbers.clear()

    def say(self, code: str, **told: str | int) -> None:
        """Print a sentence."""
        self._print(self._words(code, **told))

    def _line(self, number: int, listed: Listed) -> None:
        self.say(
            "agent.line",
            ordinal=number,
            type_name=listed.type_name,
            notation=listed.notation,
            subject=listed.subject,
            agency=listed.agency,
            pages=listed.pages,
            sha256=listed.sha256,
        )

    def _number(self, listed: Listed) -> int | str:
        return self._numbers.get(listed.intent, "-")

    def _view(self, file: Path, pdf: bytes) -> None:
        file.write_bytes(pdf)
        if sys.platform == "win32":
            os.startfile(file)  # noqa: S606 - the system's own viewer for a file we wrote
        else:
            viewer = "open" if sys.platform == "darwin" else "xdg-open"
            with suppress(FileNotFoundError):  # without a viewer the person still has the path
                subprocess.run(  # noqa: S603 - the same
                    [viewer, str(file)], check=False, capture_output=True, stdin=subprocess.DEVNULL
                )
        self.say("agent.opened", file=str(file))

    def _words(self, code: str, **told: str | int) -> str:
        return sentence(code, self.language, **told)

    @staticmethod
    def _print(words: str) -> None:
        """Print without letting a document's subject drive the terminal."""
        sys.stdout.write("".join(c for c in words if c.isprintable()) + "\n")
        sys.stdout.flush()
