"""Heads of the journal kept outside the database.

Inside it, a chain proves only that nothing in the middle was changed. Copies of the heads in a file
of their own show a tail that was cut off and a chain that was forged anew from some line on.
"""

import json
import os
from pathlib import Path
from uuid import UUID

from workflow import journal
from workflow.office import Office

_FILE = "journal-heads.jsonl"


def keep(office: Office, folder: Path) -> int:
    """Append every head that has moved since it was last kept; give how many."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    known = {agency_id: marks[-1] for agency_id, marks in read(folder).items()}
    with office.sessions() as session:
        moved = [
            (agency_id, seq, value)
            for agency_id, seq, value in journal.heads(session)
            if known.get(agency_id) != (seq, value)
        ]
    at = office.clock().isoformat()
    with (folder / _FILE).open("a", encoding="utf-8") as file:
        for agency_id, seq, value in moved:
            line = {"at": at, "agency": str(agency_id), "seq": seq, "hash": value}
            file.write(json.dumps(line) + "\n")
        file.flush()
        os.fsync(file.fileno())
    return len(moved)


def read(folder: Path) -> dict[UUID, list[tuple[int, str]]]:
    """Give the kept heads of every agency, oldest first."""
    file = folder / _FILE
    marks: dict[UUID, list[tuple[int, str]]] = {}
    if file.exists():
        for row in file.read_text(encoding="utf-8").splitlines():
            told = json.loads(row)
            marks.setdefault(UUID(told["agency"]), []).append((told["seq"], told["hash"]))
    return marks
