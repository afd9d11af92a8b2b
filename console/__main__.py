"""The command line ``vanthu``: one table of commands, each loaded only when it is asked for.

So ``vanthu verify`` never pays for the web, and one broken part does not silence the others.
"""

import signal
import sys
import textwrap
from importlib import import_module
from types import FrameType
from typing import NoReturn

import click
from pydantic import ValidationError

from kernel.errors import DomainError
from kernel.settings import Settings
from kernel.words import explain, sentence

COMMANDS = {
    "run": "console.run:run",
    "services": "console.run:services",
    "migrate": "console.migrate:migrate",
    "demo": "console.demo:demo",
    "journal": "console.journal:journal",
    "verify": "console.verify:verify",
    "exchange": "console.exchange:exchange",
    "signer": "console.signer:signer",
    "agent": "console.agent:agent",
    "token": "console.token:token",
    "bench": "console.bench:bench",
}
"""Name → ``module:command``."""


class Commands(click.Group):
    """A group whose commands lie in modules of their own."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Give the names in the order of the table."""
        del ctx
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Load a command; None if there is none of that name."""
        del ctx
        if cmd_name not in COMMANDS:
            return None
        module, name = COMMANDS[cmd_name].split(":")
        command = getattr(import_module(module), name)
        if not isinstance(command, click.Command):
            raise TypeError(COMMANDS[cmd_name])
        return command


def _leave(number: int, _: FrameType | None) -> NoReturn:
    """End a command that was told to end, letting what it started be stopped on the way out."""
    sys.exit(128 + number)


def main() -> None:
    """Do a command; a broken rule ends in its sentence, and below it the technical cause."""
    signal.signal(signal.SIGTERM, _leave)
    group = Commands("vanthu", help=sentence("console.help"))
    try:
        group(prog_name="vanthu")
    except DomainError as error:
        _fail(explain(error), error.__cause__)
    except ValidationError as error:
        if error.title != Settings.__name__:
            raise
        wrong = ", ".join(f"VANTHU_{fault['loc'][0]}".upper() for fault in error.errors())
        _fail(sentence("console.wrong_setting", names=wrong), error)
    except OSError as error:
        _fail(sentence("console.machine_refused"), error)


def _fail(told: str, cause: BaseException | None) -> NoReturn:
    click.echo(told, err=True)
    if cause:
        click.echo(textwrap.indent(str(cause), "  "), err=True)
    sys.exit(1)


if __name__ == "__main__":
    main()
