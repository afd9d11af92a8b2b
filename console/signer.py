"""``vanthu signer``: the signing process alone, for installations that start their parts apart."""

import os
from typing import NoReturn

import click

from console.run import processes
from kernel.settings import Settings
from kernel.words import sentence


@click.command(help=sentence("console.help_signer"))
def signer() -> NoReturn:
    """Become the signing process on its Unix socket."""
    settings = Settings()
    settings.signer_socket_path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    (command,) = (p.command for p in processes(settings, settings.port + 1) if p.name == "signer")
    os.execv(command[0], command)  # noqa: S606 - our own program, with arguments of our own
