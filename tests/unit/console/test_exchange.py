"""The packet command, as an operator meets it."""

import json
from pathlib import Path

from click.testing import CliRunner

from console.exchange import exchange

PACKETS = Path(__file__).parents[2] / "data" / "exchange"


def test_a_sound_packet_is_explained_as_data():
    sound = next(PACKETS.rglob("sdkgen_new.edxml"))

    result = CliRunner().invoke(exchange, ["inspect", str(sound), "--json"])

    told = json.loads(result.output)
    assert result.exit_code == 0
    assert told["readable"]
    assert told["kind"] == "document"
    assert told["attachments"]


def test_a_sound_packet_is_explained_in_words():
    sound = next(PACKETS.rglob("sdkgen_status_03.edxml"))

    result = CliRunner().invoke(exchange, ["inspect", str(sound)])

    assert result.exit_code == 0
    assert "Gói tin trạng thái" in result.output
    assert "Trạng thái: 03" in result.output


def test_a_broken_packet_is_explained_and_counts_as_a_failure(tmp_path: Path):
    broken = tmp_path / "hỏng.edxml"
    broken.write_bytes(b"<edXML")

    result = CliRunner().invoke(exchange, ["inspect", str(broken), "--json"])

    told = json.loads(result.output)
    assert result.exit_code == 1
    assert not told["readable"]
    assert told["problems"][0]["message"]
