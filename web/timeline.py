"""The journal of one document in words: what happened, who did it, and what they said."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from documents.words import number_text
from web.language import named, told
from workflow.models import Document, Incoming, JournalLine

_RENAMED = {
    ("incoming", "return"): "return_to_sender",
    ("incoming", "sent"): "told",
    ("incoming", "refused"): "not_told",
}
"""Acts that are called otherwise on an incoming document."""

_SAID = ("reason", "words")


@dataclass(frozen=True, slots=True)
class Event:
    """One line of the timeline."""

    at: datetime
    what: str
    who: str
    """Name and post; empty where the system acted."""
    said: str
    """The person's own words, or the explanation of what went wrong."""
    state: str
    """The state it led to, for colour; empty where it changed none."""


def of_document(document: Document, history: Sequence[JournalLine]) -> list[Event]:
    """Tell what happened to an outgoing document, first to last."""
    names = {delivery.organ_id: delivery.organ_name for delivery in document.deliveries}
    return [_event(line, names) for line in history]


def of_incoming(incoming: Incoming, history: Sequence[JournalLine]) -> list[Event]:
    """Tell what happened to an incoming document, first to last."""
    names = {incoming.sender_organ_id: incoming.sender_name}
    return [_event(line, names) for line in history]


def _event(line: JournalLine, names: Mapping[str, str]) -> Event:
    facts = {name: str(value) for name, value in line.facts.items()}
    for name in ("to", "from"):
        if name in facts:
            code = facts[name]
            facts[name] = names.get(code) or _status_or(code, line)
    if "number" in line.facts:
        facts["number"] = number_text(line.facts["number"])
    action = _RENAMED.get((line.subject_kind, line.action), line.action)
    said = next((facts[name] for name in _SAID if facts.get(name)), "")
    problem = facts.get("code") or (facts.get("what", "") if line.action == "refused" else "")
    return Event(
        at=line.at,
        what=told(f"web.did.{action}", **facts),
        who=", ".join(filter(None, (line.actor_name, line.post_title))),
        said=said or (told(problem) if problem else ""),
        state=line.target,
    )


def _status_or(code: str, line: JournalLine) -> str:
    return named(code, "status") if line.subject_kind == "incoming" else code
