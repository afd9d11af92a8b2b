import os
import subprocess
import sys
import tomllib
from importlib.util import find_spec
from pathlib import Path

import click
import pytest

from console.__main__ import COMMANDS, Commands

ROOT = Path(__file__).parents[3]


def vanthu(*arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "console", *arguments],
        cwd=ROOT,
        env={"PATH": os.environ["PATH"], **environment},
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_of_the_table_is_there(name: str) -> None:
    command = Commands("vanthu").get_command(click.Context(Commands("vanthu")), name)

    assert isinstance(command, click.Command)


def test_an_unknown_command_ends_with_how_to_ask() -> None:
    done = vanthu("gửi-đi")

    assert done.returncode == 2
    assert "--help" in done.stderr


def test_a_broken_rule_ends_in_its_sentence_and_nothing_else(tmp_path: Path) -> None:
    (tmp_path / "var").write_text("a file where the folder should be")

    done = vanthu("services", VANTHU_VAR=str(tmp_path / "var"))

    assert done.returncode == 1
    assert f"Không ghi được vào thư mục dữ liệu {tmp_path / 'var'}" in done.stderr
    assert "Traceback" not in done.stderr


def test_a_setting_that_makes_no_sense_is_named(tmp_path: Path) -> None:
    done = vanthu("services", VANTHU_PORT="tám nghìn", VANTHU_VAR=str(tmp_path))

    assert done.returncode == 1
    assert done.stderr.startswith("Thiết lập VANTHU_PORT không hợp lệ")
    assert "Traceback" not in done.stderr


def test_one_command_does_not_load_the_parts_of_another() -> None:
    assert find_spec("web")
    script = "import sys, console.__main__; print(sorted(set(sys.modules) & {'flask', 'celery'}))"

    done = subprocess.run(
        [sys.executable, "-c", script], cwd=ROOT, capture_output=True, text=True, check=True
    )

    assert done.stdout.strip() == "[]"


@pytest.mark.parametrize("area", ["console", "setup"])
def test_every_sentence_is_there_in_both_languages_with_the_same_facts(area: str) -> None:
    folder = ROOT / "templates" / "messages"
    vi, en = (
        tomllib.loads((folder / language / f"{area}.toml").read_text(encoding="utf-8"))
        for language in ("vi", "en")
    )

    assert vi.keys() == en.keys()
    assert {code: facts_of(text) for code, text in vi.items()} == {
        code: facts_of(text) for code, text in en.items()
    }


def facts_of(text: str) -> set[str]:
    return {part.partition("}")[0] for part in text.split("{")[1:]}
