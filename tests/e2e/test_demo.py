"""The demonstration as somebody at a terminal meets it, with a second opinion on what it leaves."""

import json
import os
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

import pytest

from exchange.packet import DocumentPacket
from exchange.read import read

ROOT = Path(__file__).parents[2]
DEMO = (sys.executable, "-m", "console", "demo")
RUN = (sys.executable, "-m", "console", "run")


@pytest.fixture(scope="module")
def var(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data folder with a space and Vietnamese letters, where the demonstration was run once."""
    var = tmp_path_factory.mktemp("dữ liệu") / "trình diễn"
    done = demonstrate(var)
    assert done.returncode == 0, done.stdout + done.stderr
    assert done.stdout.count("Đạt: ") == 6
    return var


def demonstrate(var: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        DEMO, cwd=ROOT, env=environment(var), capture_output=True, text=True, check=False
    )


def environment(var: Path, **more: str) -> dict[str, str]:
    return {**os.environ, "VANTHU_VAR": str(var), **more}


def printed(*command: str) -> str:
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout


def test_the_issued_file_bears_number_and_both_signatures_for_other_programs_too(
    var: Path,
) -> None:
    issued = str(var / "demo" / "document.pdf")

    assert "/QĐ-UBND" in printed("pdftotext", issued, "-")
    assert "Số: 0" in printed("pdftotext", issued, "-")
    assert printed("pdfsig", "-nocert", issued).count("Signature is Valid.") == 2
    assert "No syntax or stream encoding errors" in printed("qpdf", "--check", issued)


def test_the_packet_carries_the_issued_file(var: Path) -> None:
    packet = read((var / "demo" / "packet.edxml").read_bytes())

    assert isinstance(packet, DocumentPacket)
    assert packet.attachments[0].data == (var / "demo" / "document.pdf").read_bytes()
    assert packet.code_notation == "QĐ-UBND"


def test_the_journal_tells_of_every_act_in_one_chain_an_agency(var: Path) -> None:
    lines = [
        json.loads(line)
        for line in (var / "demo" / "journal.jsonl").read_text(encoding="utf-8").splitlines()
    ]
    previous: dict[str, str] = {}
    for line in lines:
        assert line["previous"] == previous.get(line["agency_id"], "0" * 64)
        previous[line["agency_id"]] = line["hash"]

    acts = {line["action"] for line in lines}
    assert {"submit", "approve_content", "approve_form", "sign", "number", "issue"} <= acts
    assert {"finish_sealing", "sent", "arrive", "accept", "status_03"} <= acts


def test_it_goes_the_way_again_on_the_same_folder_with_the_next_number(var: Path) -> None:
    before = number(var)

    done = demonstrate(var)

    assert done.returncode == 0, done.stdout + done.stderr
    assert number(var) == before + 1


def test_it_uses_the_installation_that_runs_on_the_folder(var: Path) -> None:
    port = free_port()
    with subprocess.Popen(
        RUN,
        cwd=ROOT,
        env=environment(var, VANTHU_DEMO="1", VANTHU_PORT=port),
        stdout=subprocess.PIPE,
        text=True,
    ) as running:
        wait_for(f"http://127.0.0.1:{port}", running)

        done = demonstrate(var)
        went_on = running.poll() is None
        running.terminate()

    assert done.returncode == 0, done.stdout + done.stderr
    assert went_on


@pytest.mark.parametrize("seconds", [1.5, 4.0])
def test_told_to_end_it_ends_within_ten_seconds_and_leaves_nothing_running(
    var: Path, seconds: float
) -> None:
    running = subprocess.Popen(
        DEMO, cwd=ROOT, env=environment(var), stdout=subprocess.DEVNULL, stderr=subprocess.PIPE
    )
    time.sleep(seconds)

    running.send_signal(signal.SIGTERM)
    _, complaint = running.communicate(timeout=10)

    assert b"Traceback" not in complaint
    assert processes_with(str(var)) == []


def number(var: Path) -> int:
    packet = read((var / "demo" / "packet.edxml").read_bytes())
    assert isinstance(packet, DocumentPacket)
    return int(packet.code_number)


def free_port() -> str:
    with socket.create_server(("127.0.0.1", 0)) as server:
        return str(server.getsockname()[1])


def wait_for(words: str, running: subprocess.Popen[str]) -> None:
    assert running.stdout is not None
    for line in running.stdout:
        if words in line:
            return
    raise AssertionError(words)


def processes_with(words: str) -> list[str]:
    found = []
    for file in Path("/proc").glob("[0-9]*/environ"):
        try:
            if f"VANTHU_VAR={words}".encode() in file.read_bytes():
                found.append(file.parent.name)
        except (FileNotFoundError, ProcessLookupError, PermissionError):
            continue
    return found
