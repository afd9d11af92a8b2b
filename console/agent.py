"""``vanthu agent``: hands its words on to the agent, which has a command line of its own."""

import sys

import click

from agent.command import main


@click.command("agent", context_settings={"ignore_unknown_options": True}, add_help_option=False)
@click.argument("words", nargs=-1, type=click.UNPROCESSED)
def agent(words: tuple[str, ...]) -> None:
    """Ký bằng thiết bị cắm tại máy này."""
    sys.exit(main(words))
