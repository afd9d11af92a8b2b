"""What ``run`` prints once people may come: the address, who they may be, how to stop.

The first agency is shown person by person, for that is where a visitor begins; of the others the
names of the accounts are enough.
"""

import textwrap
from collections.abc import Iterable, Iterator
from itertools import groupby

from console.demonstration.load import PASSPHRASE, PASSWORD, Demonstration
from kernel.settings import Settings
from kernel.words import sentence

_WIDTH = 100


def welcome(settings: Settings, accounts: Iterable[Demonstration]) -> str:
    """Give the text; ``accounts`` are those of the demonstration, none in earnest."""
    lines = [sentence("console.ready", url=settings.public_url)]
    if settings.demo:
        lines.append(sentence("console.accounts", password=PASSWORD, secret=PASSPHRASE))
        lines += _told(accounts)
    lines.append(sentence("console.how_to_stop", var=str(settings.var)))
    return "\n".join(lines)


def _told(accounts: Iterable[Demonstration]) -> Iterator[str]:
    for ordinal, (agency, group) in enumerate(groupby(accounts, _agency)):
        if ordinal:
            names = ", ".join(account.username for account in group)
            yield textwrap.fill(
                f"{agency}: {names}",
                _WIDTH,
                initial_indent="  ",
                subsequent_indent="    ",
                break_on_hyphens=False,
            )
        else:
            yield f"  {agency}:"
            yield from (f"    {a.username:<16} {a.full_name}, {_title(a)}" for a in group)


def _agency(account: Demonstration) -> str:
    return account.titles[0].partition(", ")[2]


def _title(account: Demonstration) -> str:
    return account.titles[0].partition(", ")[0]
