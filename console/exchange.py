"""``vanthu exchange``: look into packets of the national exchange. Starts no service."""

import json
import sys
from pathlib import Path
from typing import Any

import click

from exchange.inspect import inspect as look_into
from kernel.words import sentence


@click.group(help=sentence("exchange.command.help"))
def exchange() -> None:
    """Hold the commands on packets."""


@exchange.command(help=sentence("exchange.command.inspect"))
@click.argument("file", type=click.Path(path_type=Path, exists=True, dir_okay=False))
@click.option("--json", "as_json", is_flag=True, help=sentence("exchange.command.json"))
def inspect(file: Path, as_json: bool) -> None:  # noqa: FBT001 - a flag of the command line
    """Explain one packet, sound or broken; exit code 0 if it can be read, else 1."""
    told = look_into(file.read_bytes())
    if as_json:
        click.echo(json.dumps(told, ensure_ascii=False))
    else:
        for line in in_words(told):
            click.echo(line)
    sys.exit(0 if told["readable"] else 1)


def in_words(told: dict[str, Any]) -> list[str]:
    """Give what ``inspect`` found as lines for a person."""
    lines = [sentence(f"exchange.command.kind_{told['kind']}")]
    names = ("from", "document_id", "code_number", "code_notation", "subject", "status_code")
    lines += [
        f"  {sentence(f'exchange.command.{name}')}: {told[name]}" for name in names if told[name]
    ]
    if told["to"]:
        lines.append(f"  {sentence('exchange.command.to')}: {', '.join(told['to'])}")
    lines += [
        f"  {sentence('exchange.command.file')}: {file['name']} ({file['size']} byte)"
        for file in told["attachments"]
    ]
    return lines + [f"  - {problem['message']}" for problem in told["problems"]]
