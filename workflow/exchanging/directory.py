"""The directory of agencies: found by any of their codes, old or new, and by name.

A packet may name an agency by its code of QĐ 20/2020 or by the older one of 13 characters, and a
closed agency by the code it had; all lead to the same row or to its successor.
"""

from collections.abc import Iterable
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from kernel.errors import Refused
from workflow.models import Agency, AgencyIdentifier


def by_code(session: Session, code: str) -> Agency | None:
    """Give the agency that has or had this code."""
    return session.scalars(
        select(Agency).join(Agency.identifiers).where(AgencyIdentifier.code == code.strip())
    ).first()


def standing_for(session: Session, agency: Agency, day: date) -> Agency:
    """Give the agency itself while it is open, else the one that took over."""
    current = agency
    while not current.open_on(day) and current.successor_id is not None:
        current = session.get_one(Agency, current.successor_id)
    return current


def organ_id(agency: Agency) -> str:
    """Give the code that packets carry today (QĐ 20/2020, else the older one).

    Raises:
        Refused: The agency has neither code.
    """
    codes = {identifier.scheme: identifier.code for identifier in agency.identifiers}
    code = codes.get("qd20") or codes.get("legacy13")
    if code is None:
        raise Refused("exchange.no_code", organ=agency.name)
    return code


def codes_of(agency: Agency) -> set[str]:
    """Give every code the agency may be addressed by."""
    return {i.code for i in agency.identifiers if i.scheme in {"qd20", "legacy13"}}


def open_agencies(session: Session, day: date) -> list[Agency]:
    """Give the agencies that exist on ``day``, by name."""
    everyone: Iterable[Agency] = session.scalars(select(Agency).order_by(Agency.sort_key))
    return [agency for agency in everyone if agency.open_on(day)]
