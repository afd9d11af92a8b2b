"""``vanthu verify``: check files where they lie. Starts no service, and no file can stop it.

For people one paragraph a file, for programs one JSON object a line. What cannot be read is told
like everything else that was found.
"""

import json
import sys
from datetime import UTC, datetime
from pathlib import Path

import click

from kernel.errors import Refused
from kernel.objects import sha256_of
from kernel.settings import Settings
from kernel.words import explain, sentence
from signing.checking.etsi_report import etsi_report
from signing.checking.telling import signature_told
from signing.checking.verdict import Conclusion, Verdict
from signing.trusting.trust import Trust
from wiring.checker import Limits
from wiring.checking import Checking, not_checked
from wiring.office import open_typesetter
from workflow.verdicts import verdict_report, verdict_words

_LIMITS = Limits(processor_seconds=20, seconds=25)
"""Start and end of the checking process included, a file takes thirty seconds at most."""
_LARGEST = 400 * 1024 * 1024
"""Bytes; a larger file does not fit into a check's memory with what is made of it."""


@click.command(help=sentence("checking.command.help"))
@click.argument("files", nargs=-1, required=True, type=click.Path(path_type=Path))
@click.option("--json", "as_json", is_flag=True, help=sentence("checking.command.json"))
@click.option(
    "--trust",
    "trust_folder",
    type=click.Path(path_type=Path, exists=True, file_okay=False),
    help=sentence("checking.command.trust"),
)
@click.option("--at", "moment", metavar="TIME", help=sentence("checking.command.at"))
@click.option(
    "--report",
    type=click.Path(path_type=Path, dir_okay=False),
    help=sentence("checking.command.report"),
)
@click.option(
    "--etsi",
    type=click.Path(path_type=Path, dir_okay=False),
    help=sentence("checking.command.etsi"),
)
def verify(  # noqa: PLR0913, PLR0917 - the options of the command line
    files: tuple[Path, ...],
    as_json: bool,  # noqa: FBT001 - a flag of the command line
    trust_folder: Path | None,
    moment: str | None,
    report: Path | None,
    etsi: Path | None,
) -> None:
    """Check each file; exit code 0 if all passed, 1 if not, 2 if the call makes no sense."""
    if (report or etsi) and len(files) > 1:
        raise click.UsageError(sentence("checking.command.one_report"))
    at = _moment(moment)
    trust = _trust(trust_folder)
    passed = True
    with Checking(_LIMITS) as checking:
        for file in files:
            verdict = _checked(checking, file, trust, at)
            passed &= verdict.conclusion is Conclusion.TOTAL_PASSED
            _tell(file, verdict, as_json=as_json)
            if etsi and file.is_file():
                etsi.write_bytes(_etsi(file, verdict))
            if report and file.is_file():
                report.write_bytes(_report(checking, file, verdict, trust))
    sys.exit(0 if passed else 1)


def _checked(checking: Checking, file: Path, trust: Trust, at: datetime) -> Verdict:
    try:
        if not file.is_file():  # a pipe or a device might never end
            return not_checked("no_such_file", trust, at)
        if file.stat().st_size > _LARGEST:
            return not_checked("too_large", trust, at)
        pdf = file.read_bytes()
    except OSError:
        return not_checked("no_such_file", trust, at)
    return checking(pdf, trust=trust, at=at, full=True)


def _tell(file: Path, verdict: Verdict, *, as_json: bool) -> None:
    told = verdict_words.summary(str(file), verdict)
    if as_json:
        _say(json.dumps(told, ensure_ascii=False))
        return
    _say(f"{file}: {sentence(f'web.verdict.{verdict.conclusion}')}")
    for signature in verdict.signatures:
        _say(f"  {signature.field}: {signature_told(signature)}")
    for finding in told["findings"]:
        _say(f"  - {finding['message']}")


def _etsi(file: Path, verdict: Verdict) -> bytes:
    return etsi_report(verdict, sha256_of(file.read_bytes()), verdict_words.message)


def _report(checking: Checking, file: Path, verdict: Verdict, trust: Trust) -> bytes:
    pdf = file.read_bytes()
    different = verdict_words.looks_different(verdict)
    pages = checking.changed_pages(pdf, trust=trust, at=verdict.checked_at) if different else ()
    facts = verdict_report.facts(verdict, sha256_of(pdf), file.name, pictures=pages)
    return open_typesetter(Settings()).verification_report(facts)


def _say(line: str) -> None:
    """Print a line; names from outside may hold what has no place in any encoding."""
    click.echo(line.encode("utf-8", "replace"))


def _moment(words: str | None) -> datetime:
    """Read a moment; without a zone it is one in this machine's."""
    if words is None:
        return datetime.now(UTC)
    try:
        return datetime.fromisoformat(words).astimezone(UTC)
    except (ValueError, OverflowError) as error:
        told = sentence("checking.command.no_moment")
        raise click.BadParameter(told, param_hint="--at") from error


def _trust(folder: Path | None) -> Trust:
    """Load the trust list; one that cannot be read makes the call senseless, not the files bad."""
    try:
        return Trust.load(folder or Settings().trust_folder)
    except Refused as error:
        raise click.UsageError(explain(error)) from error
