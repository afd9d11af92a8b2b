import os
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner

from console.demonstration.load import accounts
from console.run import environment_of, processes, run
from console.secret import secret
from console.services import Services
from console.welcome import welcome
from kernel.errors import Refused
from kernel.settings import Settings

ROOT = Path(__file__).parents[3]


@pytest.fixture
def busy_port() -> Iterator[int]:
    with socket.create_server(("127.0.0.1", 0)) as server:
        yield server.getsockname()[1]


def refusal_of_run(tmp_path: Path, **environment: str) -> Refused:
    told = {f"VANTHU_{name.upper()}": value for name, value in environment.items()}
    result = CliRunner(env={"VANTHU_VAR": str(tmp_path / "var"), **told}).invoke(run)
    assert isinstance(result.exception, Refused)
    return result.exception


def test_a_busy_port_is_told_before_anything_is_started(tmp_path: Path, busy_port: int) -> None:
    refusal = refusal_of_run(tmp_path, port=str(busy_port))

    assert (refusal.code, refusal.facts) == ("console.port_taken", {"port": busy_port})
    assert not (tmp_path / "var" / "postgres").exists()


def test_a_folder_in_use_is_told_before_its_busy_port(tmp_path: Path, busy_port: int) -> None:
    other = Services(tmp_path / "var")
    other.claim()

    refusal = refusal_of_run(tmp_path, port=str(busy_port))

    assert refusal.code == "console.already_running"
    other.stop()


def test_the_demonstration_is_refused_on_any_address_but_this_machines(tmp_path: Path) -> None:
    refusal = refusal_of_run(tmp_path, demo="1", host="0.0.0.0")  # noqa: S104 - it is refused

    assert refusal.code == "console.demonstration_not_local"


def test_no_process_learns_how_to_act_as_the_owner_of_the_tables() -> None:
    settings = Settings(owner_database_url="postgresql+psycopg://owner", database_url="app")

    environment = environment_of(settings)

    assert environment["VANTHU_DATABASE_URL"] == "app"
    assert not any("owner" in value for value in environment.values())


def test_settings_travel_to_processes_unchanged(tmp_path: Path) -> None:
    settings = Settings(var=tmp_path / "dữ liệu", demo=True, signer_socket=tmp_path / "s")
    script = "from kernel.settings import Settings; print(Settings().model_dump_json())"

    told = subprocess.run(
        [sys.executable, "-c", script],
        cwd=ROOT,
        env={**os.environ, **environment_of(settings)},
        capture_output=True,
        text=True,
        check=True,
    )

    assert Settings.model_validate_json(told.stdout) == settings


def test_the_test_authority_runs_only_in_a_demonstration(tmp_path: Path) -> None:
    in_earnest = [process.name for process in processes(Settings(var=tmp_path), 1)]
    shown = [process.name for process in processes(Settings(var=tmp_path, demo=True), 1)]

    assert in_earnest == ["signer", "web", "worker", "prover", "beat"]
    assert shown == ["pki", *in_earnest]


def test_the_welcome_names_every_demonstration_account_and_how_to_stop(tmp_path: Path) -> None:
    settings = Settings(var=tmp_path, demo=True, public_url="http://127.0.0.1:8099")

    text = welcome(settings, accounts())

    assert "http://127.0.0.1:8099" in text
    assert "Ctrl-C" in text
    assert all(account.username in text for account in accounts())
    assert max(map(len, text.replace(str(tmp_path), "").splitlines())) <= 110


def test_without_the_demonstration_no_account_is_shown(tmp_path: Path) -> None:
    text = welcome(Settings(var=tmp_path, demo=False), accounts())

    assert "chuyenvien" not in text


def test_a_secret_is_made_once_and_is_for_its_owner_only(tmp_path: Path) -> None:
    file = tmp_path / "secrets" / "session"

    first = secret(file)

    assert secret(file) == first
    assert len(first) == 64
    assert file.stat().st_mode & 0o777 == 0o600
    assert file.parent.stat().st_mode & 0o777 == 0o700
