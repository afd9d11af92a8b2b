"""What the person at the terminal reads, and what their words do."""

import builtins
from collections.abc import Iterator
from dataclasses import replace

import pytest

from agent.desk import Answer, Ready
from agent.device import Device
from agent.door import Listed
from agent.terminal import Terminal
from kernel.errors import Refused

PLAN = Listed(
    intent="1",
    type_name="Quyết định",
    notation="QĐ-UBND",
    subject="phê duyệt Kế hoạch",
    agency="UBND thành phố Cần Thơ",
    sha256="ab" * 32,
    pages=3,
)


class NamedDevice(Device):
    """A device whose certificate nobody needs to read."""

    @property
    def holder(self) -> str:
        return "Nguyễn Văn Đức"


DEVICE = NamedDevice("module", "token", b"", ())


def typing(monkeypatch: pytest.MonkeyPatch, *lines: str) -> None:
    left: Iterator[str] = iter(lines)
    monkeypatch.setattr(builtins, "input", lambda _: next(left))


def decided(*listed: Listed) -> Answer:
    return Terminal().decide([Ready(one, b"%PDF", b"") for one in listed], DEVICE)


def test_each_document_is_listed_with_all_of_its_hash(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
):
    typing(monkeypatch, "ky")

    answer = decided(PLAN, replace(PLAN, intent="2", subject="cử cán bộ đi công tác"))

    told = capsys.readouterr().out
    assert answer is Answer.SIGN
    assert "2 văn bản chờ ký bằng chứng thư số của Nguyễn Văn Đức" in told
    assert told.count("ab" * 32) == 2
    assert "2. Quyết định QĐ-UBND: cử cán bộ đi công tác" in told


def test_only_the_whole_word_signs(monkeypatch: pytest.MonkeyPatch):
    typing(monkeypatch, "", "y", "k", "9", "thoi")

    assert decided(PLAN) is Answer.REFUSE


def test_a_subject_cannot_drive_the_terminal(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
):
    typing(monkeypatch, "thoi")

    decided(replace(PLAN, subject="xong\x1b[2J\x1b[1;1H\r\nĐã ký: mọi văn bản"))

    told = capsys.readouterr().out
    assert "\x1b" not in told
    assert len(told.splitlines()) == 3


def test_the_same_trouble_is_told_once_until_something_else_happens(
    capsys: pytest.CaptureFixture[str],
):
    terminal = Terminal()

    for code in ("agent.no_module", "agent.no_module", "agent.no_registered", "agent.no_module"):
        terminal.told(Refused(code))

    assert len(capsys.readouterr().out.splitlines()) == 3


def test_at_the_end_the_person_is_told_how_many_were_signed(
    capsys: pytest.CaptureFixture[str],
):
    terminal = Terminal()
    terminal.signed(PLAN)
    terminal.left_out(PLAN, Refused("agent.digest_differs"))

    terminal.over()
    terminal.over()

    assert capsys.readouterr().out.count("1 văn bản đã ký, 1 chưa ký") == 1
