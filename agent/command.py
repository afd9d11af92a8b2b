"""The words of the command line: pair, run, forget."""

import argparse
import sys
import time
from collections.abc import Sequence
from pathlib import Path

from agent import desk, device, pairing
from agent.door import Door
from agent.pairing import Pairing
from agent.terminal import Terminal
from kernel.errors import DomainError, Refused, Unavailable
from kernel.words import explain, sentence

_AFTER_TROUBLE_SECONDS = 10


def main(arguments: Sequence[str] | None = None) -> int:
    """Do what was asked for and give the exit status."""
    asked = _parser().parse_args(arguments)
    terminal = Terminal(asked.language)
    try:
        asked.act(asked, terminal)
    except DomainError as error:
        sys.stderr.write(f"{explain(error, asked.language)}\n")
        return 1
    except (KeyboardInterrupt, EOFError):
        terminal.say("agent.stopped")
        return 130
    return 0


def _pair(asked: argparse.Namespace, terminal: Terminal) -> None:
    origin = pairing.safe_origin(asked.origin)
    with Door(origin) as door:
        token, person, username = door.pair(asked.code)
    Pairing(origin=origin, person=person, username=username, token=token).keep(asked.folder)
    terminal.say("agent.paired", origin=origin, person=person, username=username)


def _run(asked: argparse.Namespace, terminal: Terminal) -> None:
    paired = pairing.kept(asked.folder)
    modules = device.libraries(asked.module)
    terminal.say("agent.waiting", person=paired.person, origin=paired.origin)
    with Door(paired.origin, paired.token) as door:
        while True:
            wait = _turn(door, terminal, modules)
            if wait == 0 and asked.once:
                return
            time.sleep(wait)


def _turn(door: Door, terminal: Terminal, modules: Sequence[str]) -> float:
    """Look once and sign what waits; give the seconds until the next look, 0 after a batch."""
    try:
        waiting = door.waiting()
        if not waiting.documents:
            return waiting.again_in
        desk.work_off(door, terminal, waiting, modules)
    except (Unavailable, Refused) as error:
        if error.code in {"agent.other_origin", "agent.answer_broken"}:
            raise
        terminal.told(error)
        return _AFTER_TROUBLE_SECONDS
    terminal.over()
    return 0


def _forget(asked: argparse.Namespace, terminal: Terminal) -> None:
    pairing.forget(asked.folder)
    terminal.say("agent.forgotten")


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser("vanthu agent", description=sentence("agent.help"))
    parser.add_argument(
        "--folder", type=Path, default=pairing.usual_folder(), help=sentence("agent.help_folder")
    )
    parser.add_argument("--language", choices=("vi", "en"), default="vi")
    acts = parser.add_subparsers(required=True)
    pair = acts.add_parser("pair", help=sentence("agent.help_pair"))
    pair.add_argument("origin", help=sentence("agent.help_origin"))
    pair.add_argument("code", help=sentence("agent.help_code"))
    pair.set_defaults(act=_pair)
    run = acts.add_parser("run", help=sentence("agent.help_run"))
    run.add_argument("--module", default="", help=sentence("agent.help_module"))
    run.add_argument("--once", action="store_true", help=sentence("agent.help_once"))
    run.set_defaults(act=_run)
    forget = acts.add_parser("forget", help=sentence("agent.help_forget"))
    forget.set_defaults(act=_forget)
    return parser
