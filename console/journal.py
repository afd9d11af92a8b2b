"""``vanthu journal``: prove that no line of the journal is missing or changed, or print it."""

import json
import sys
from pathlib import Path
from typing import Any

import click
from sqlalchemy import select
from sqlalchemy.orm import Session

from console.services import services_for
from kernel.settings import Settings
from kernel.words import sentence
from wiring.office import open_sessions
from workflow import anchors
from workflow import journal as chains
from workflow.models import Agency, JournalHead, JournalLine


@click.group()
def journal() -> None:
    """Nhật ký: kiểm tra tính toàn vẹn, xuất ra tệp."""


@journal.command()
def verify() -> None:
    """Kiểm tra không dòng nào bị thiếu hoặc bị sửa."""
    settings = Settings()
    with services_for(settings) as connected, open_sessions(connected)() as session:
        names = {agency.id: agency.name for agency in session.scalars(select(Agency))}
        found = list(chains.breaks(session, anchors.read(settings.var / "anchors")))
        lines = sum(head.seq for head in session.scalars(select(JournalHead)))
    for gap in found:
        agency = names.get(gap.agency_id, str(gap.agency_id))
        click.echo(sentence(f"journal.{gap.kind}", agency=agency, seq=gap.seq))
    if found:
        sys.exit(1)
    click.echo(sentence("journal.holds", lines=lines, agencies=len(names)))


@journal.command()
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False))
def export(file: Path) -> None:
    """Xuất toàn bộ nhật ký ra FILE, mỗi dòng một đối tượng JSON."""
    with services_for(Settings()) as connected, open_sessions(connected)() as session:
        click.echo(sentence("journal.exported", lines=write(session, file), file=str(file)))


def write(session: Session, file: Path) -> int:
    """Write every chain to ``file``, one JSON object a line, and give the number of lines."""
    count = 0
    with file.open("w", encoding="utf-8") as out:
        query = select(JournalLine).order_by(JournalLine.agency_id, JournalLine.seq)
        for line in session.scalars(query.execution_options(yield_per=1000)):
            out.write(json.dumps(told(line), ensure_ascii=False) + "\n")
            count += 1
    return count


def told(line: JournalLine) -> dict[str, Any]:
    """Give a line as data."""
    return {
        "agency_id": str(line.agency_id),
        "seq": line.seq,
        "at": line.at.isoformat(),
        "actor_id": str(line.actor_id) if line.actor_id else None,
        "actor_name": line.actor_name,
        "post_title": line.post_title,
        "action": line.action,
        "subject_kind": line.subject_kind,
        "subject_id": str(line.subject_id),
        "source": line.source,
        "target": line.target,
        "facts": line.facts,
        "request_id": line.request_id,
        "previous": line.previous,
        "hash": line.hash,
    }
