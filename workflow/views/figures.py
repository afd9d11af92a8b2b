"""Figures for operators: how many documents lie where, and nothing about any of them."""

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from workflow.models import Document, Incoming


def alive(session: Session) -> None:
    """Ask the database the smallest of questions."""
    session.execute(select(1))


def counts(session: Session) -> list[tuple[str, str, int]]:
    """Count all documents by kind and state, for operators."""
    found = []
    for kind, table in (("outgoing", Document), ("incoming", Incoming)):
        rows = session.execute(select(table.state, func.count()).group_by(table.state))
        found += [(kind, state.value, count) for state, count in rows]
    return found
