"""The command as programs and people call it; it starts no service and survives every file."""

import json
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from console.verify import verify
from tests.unit.signing.desk import Desk, desk, reserved, sealed, signed

__all__ = ["desk", "sealed", "signed"]

KEYS = (
    *("file", "signatures", "integrity", "modifications", "trust"),
    *("timestamps", "level", "conclusion", "findings"),
)


@pytest.fixture
def call(desk: Desk) -> Callable[..., Result]:
    def call(*arguments: object) -> Result:
        words = ["--trust", str(desk.folder / "trust"), *map(str, arguments)]
        return CliRunner().invoke(verify, words)

    return call


@pytest.fixture
def file(tmp_path: Path) -> Callable[[bytes], Path]:
    def file(content: bytes, name: str = "văn bản đã ký.pdf") -> Path:
        path = tmp_path / name
        path.write_bytes(content)
        return path

    return file


def objects(result: Result) -> list[dict[str, Any]]:
    return [json.loads(line) for line in result.stdout.splitlines()]


def test_a_sealed_document_passes(
    call: Callable[..., Result], file: Callable[[bytes], Path], sealed: bytes
) -> None:
    path = file(sealed)

    result = call("--json", path)

    (told,) = objects(result)
    assert result.exit_code == 0
    assert tuple(told) == KEYS
    assert told["file"] == str(path)
    assert told["signatures"] == 2
    assert told["integrity"] == "INTACT"
    assert told["trust"] == "TRUSTED"
    assert told["timestamps"] == "NONE"
    assert told["conclusion"] == "TOTAL_PASSED"


def test_a_changed_document_fails_and_the_finding_says_why(
    call: Callable[..., Result], file: Callable[[bytes], Path], sealed: bytes
) -> None:
    path = file(sealed.replace(b"/Count 2", b"/Count 1", 1))

    result = call("--json", path)

    (told,) = objects(result)
    assert result.exit_code == 1
    assert told["conclusion"] == "TOTAL_FAILED"
    assert told["integrity"] == "BROKEN"
    assert all(finding.keys() == {"code", "message"} for finding in told["findings"])
    assert "signing.finding.broken_signature" in {f["code"] for f in told["findings"]}


@pytest.mark.parametrize(
    ("content", "conclusion"),
    [
        (b"", "INDETERMINATE"),
        (b"not a PDF", "INDETERMINATE"),
        (b"%PDF-1.7\n" + b"[" * 200_000, "INDETERMINATE"),
        (reserved(), "NOT_SIGNED"),
    ],
    ids=["empty", "no PDF", "nested deep", "not signed"],
)
def test_what_bears_no_signature_gets_an_object_too(
    call: Callable[..., Result],
    file: Callable[[bytes], Path],
    content: bytes,
    conclusion: str,
) -> None:
    result = call("--json", file(content))

    (told,) = objects(result)
    assert result.exit_code == 1
    assert tuple(told) == KEYS
    assert told["signatures"] == 0
    assert told["integrity"] == "UNKNOWN"
    assert told["conclusion"] == conclusion


def test_what_is_no_file_gets_an_object_too(call: Callable[..., Result], tmp_path: Path) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)

    result = call("--json", tmp_path / "nowhere.pdf", tmp_path, pipe, "/dev/zero")

    assert result.exit_code == 1
    assert [told["conclusion"] for told in objects(result)] == ["INDETERMINATE"] * 4
    assert {f["code"] for told in objects(result) for f in told["findings"]} == {
        "signing.finding.no_such_file"
    }


def test_a_name_in_no_encoding_is_told_all_the_same(
    call: Callable[..., Result], tmp_path: Path, sealed: bytes
) -> None:
    name = os.fsencode(tmp_path) + b"/\xff\xfe.pdf"
    Path(os.fsdecode(name)).write_bytes(sealed)

    result = call("--json", os.fsdecode(name))

    (told,) = objects(result)
    assert told["conclusion"] == "TOTAL_PASSED"


def test_of_many_files_the_worst_decides_the_exit_code(
    call: Callable[..., Result], file: Callable[..., Path], sealed: bytes
) -> None:
    result = call("--json", file(sealed), file(b"nothing", "nothing.pdf"))

    assert result.exit_code == 1
    assert [told["conclusion"] for told in objects(result)] == ["TOTAL_PASSED", "INDETERMINATE"]


def test_a_person_reads_one_sentence_per_signature(
    call: Callable[..., Result], file: Callable[[bytes], Path], sealed: bytes
) -> None:
    result = call(file(sealed))

    assert "Chữ ký số hợp lệ" in result.stdout
    assert "Nguyễn Văn Đức ký lúc" in result.stdout
    assert "Ủy ban nhân dân phường Ninh Kiều ký lúc" in result.stdout


def test_another_moment_gives_another_answer(
    call: Callable[..., Result], file: Callable[[bytes], Path], sealed: bytes
) -> None:
    result = call("--json", "--at", "2046-11-23T10:00+07:00", file(sealed))

    (told,) = objects(result)
    assert told["trust"] != "TRUSTED"
    assert told["integrity"] == "INTACT"


def test_both_reports_are_written(
    call: Callable[..., Result], file: Callable[[bytes], Path], tmp_path: Path, sealed: bytes
) -> None:
    report, etsi = tmp_path / "report.pdf", tmp_path / "report.xml"

    result = call("--report", report, "--etsi", etsi, file(sealed))

    assert result.exit_code == 0
    assert report.read_bytes().startswith(b"%PDF-")
    assert b"total-passed" in etsi.read_bytes()


@pytest.mark.parametrize(
    "arguments",
    [(), ("--at", "yesterday", "a.pdf"), ("--report", "r.pdf", "a.pdf", "b.pdf"), ("--nonsense",)],
    ids=["no file", "no moment", "two files in one report", "unknown option"],
)
def test_a_call_that_makes_no_sense_ends_with_2(
    call: Callable[..., Result], arguments: tuple[str, ...]
) -> None:
    assert call(*arguments).exit_code == 2
