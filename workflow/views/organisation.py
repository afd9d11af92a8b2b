"""One agency as its administrator sees it: units, who holds which post, number series, keys."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from workflow import authority, registers
from workflow.models import Agency, Certificate, Delegation, Holding, Post, Series, Unit


@dataclass(frozen=True, slots=True)
class AgencyView:
    """An agency, its people, its books and its keys."""

    agency: Agency
    units: Sequence[Unit]
    posts: Sequence[tuple[Post, tuple[str, ...]]]
    """Each post with the names of its holders today."""
    delegations: Sequence[tuple[Delegation, Post]]
    series: Sequence[tuple[Series, int]]
    """Each series with the number that comes next this year."""
    certificates: Sequence[Certificate]


def of_agency(session: Session, agency_id: UUID, day: date) -> AgencyView:
    """Give the agency as it is on ``day``."""
    posts = session.scalars(
        select(Post)
        .outerjoin(Post.unit)
        .where(Post.agency_id == agency_id)
        .order_by(Unit.sort_key, Post.slug)
    ).all()
    held = authority.holdings_on(session, day, Post.agency_id == agency_id)
    people = {one.person_id for one in held}
    series = session.scalars(
        select(Series).where(Series.agency_id == agency_id).order_by(Series.direction, Series.name)
    ).all()
    return AgencyView(
        agency=session.get_one(Agency, agency_id),
        units=session.scalars(
            select(Unit).where(Unit.agency_id == agency_id).order_by(Unit.sort_key)
        ).all(),
        posts=[(post, _holders(held, post)) for post in posts],
        delegations=[
            (delegation, session.get_one(Post, delegation.post_id))
            for delegation in session.scalars(
                select(Delegation).where(Delegation.agency_id == agency_id)
            )
        ],
        series=[(one, registers.expected(session, one, day.year)) for one in series],
        certificates=session.scalars(
            select(Certificate)
            .where(
                or_(Certificate.agency_id == agency_id, Certificate.person_id.in_(people)),
                Certificate.withdrawn_at.is_(None),
            )
            .order_by(Certificate.not_after)
        ).all(),
    )


def _holders(held: Sequence[Holding], post: Post) -> tuple[str, ...]:
    return tuple(one.person.full_name for one in held if one.post_id == post.id)
