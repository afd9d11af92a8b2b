"""Revocation lists and status answers, fetched ahead of need and kept.

The validator never follows an address that a file names; it reads what lies in the trust folder.
Which list lies where is said on the trust list, by two administrators. A list that cannot be
fetched, or is not what it should be, leaves the one before in place; once that is out of date, a
verdict says "not established" and the administrators are told.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import pairwise
from pathlib import Path

from asn1crypto import x509
from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from kernel.errors import DomainError, Refused, Unavailable
from kernel.log import logger
from signing.trusting.crl import RevocationList as PublishedList
from signing.trusting.ocsp import ask, services_of
from signing.trusting.revocation import Revocation, RevocationMaterial, read_list
from signing.trusting.standing import Standing
from workflow.authorities.fetching import Fetcher, Limits
from workflow.authorities.trust_folder import adopt, publish
from workflow.authorities.trust_list import entries, trusted
from workflow.models import RevocationList
from workflow.office import Office

_AGAIN = timedelta(hours=1)
"""How old our last look may be; authorities publish once a day, and at once in an emergency."""

_RETRY = timedelta(minutes=5)
_CLOCKS_DIFFER = timedelta(minutes=5)
_ANSWER = Limits(size=256 * 1024, seconds=10)
_QUESTION = "application/ocsp-request"
_log = logger(__name__)


@dataclass(frozen=True, slots=True)
class Source:
    """Where an authority publishes its list."""

    name: str
    address: str
    issuer: bytes
    """The authority's certificate, DER."""


@dataclass(frozen=True, slots=True)
class Refreshed:
    """How a round went."""

    renewed: int
    failed: int


def fetcher(office: Office, *, local: bool, limits: Limits | None = None) -> Fetcher:
    """Give what may call the hosts of the trust list.

    Args:
        office: The office.
        local: Whether private addresses may be called, as in a demonstration.
        limits: What one answer may cost.
    """
    with office.sessions() as session:
        hosts = frozenset(host for entry in trusted(session) for host in entry.hosts.split())
    return Fetcher(hosts, local, limits or Limits())


def refresh(
    office: Office,
    folder: Path,
    *,
    local: bool,
    at_once: bool = False,
    limits: Limits | None = None,
) -> Refreshed:
    """Fetch every list that is due, keep it, and tell the processes of this machine.

    Args:
        office: The office.
        folder: The trust folder of this machine.
        local: Whether private addresses may be called, as in a demonstration.
        at_once: Fetch every list, due or not.
        limits: What one list may cost.

    Raises:
        Unavailable: The database or the store cannot be reached.
    """
    now = office.clock()
    with office.act() as session:
        if local and not entries(session) and (folder / "sources.json").exists():
            adopt(session, office.artifacts, folder, now)  # founded before there was a list
        sources = list(_sources(session, None if at_once else now))
    calls = fetcher(office, local=local, limits=limits)
    troubles = [_renew(office, source, calls, now) for source in sources]
    publish(office, folder)
    failed = sum(bool(trouble) for trouble in troubles)
    return Refreshed(renewed=len(troubles) - failed, failed=failed)


def status_answers(
    chain: Sequence[bytes], calls: Fetcher, at: datetime, lists: Sequence[PublishedList] = ()
) -> tuple[bytes, ...]:
    """Ask the status service of each certificate; give the answers that establish something.

    Args:
        chain: The certificate in question first, then its issuer and on to the anchor, DER.
        calls: What may be called; services on other hosts are passed over.
        at: The moment for which the answers shall count.
        lists: Lists by which the services' own certificates may be looked up.
    """
    certificates = [x509.Certificate.load(der) for der in chain]
    found = []
    for certificate, issuer in pairwise(certificates):
        for address in filter(calls.allows, services_of(certificate)):
            try:
                answer = calls.post(address, ask(certificate, issuer), _QUESTION)
            except Unavailable as error:
                _log.warning("status service not reached", address=address, code=error.code)
                continue
            heard = Revocation.of(lists, RevocationMaterial(ocsps=(answer,)))
            told = heard.told(certificate, (issuer,), at)
            if told.kind == "ocsp" and told.standing is not Standing.UNKNOWN:
                found.append(answer)
                break
    return tuple(found)


def _sources(session: Session, now: datetime | None) -> Iterator[Source]:
    """Give where lists are fetched: those due now, or every one."""
    known = {one.address: one for one in session.scalars(select(RevocationList))}
    seen = set()
    for entry in trusted(session):
        address = entry.crl_address
        due = now is None or _is_due(known.get(address), now)
        if address and address not in seen and due:
            seen.add(address)
            yield Source(entry.subject, address, entry.der)


def _is_due(known: RevocationList | None, now: datetime) -> bool:
    if known is None or known.tried_at is None:
        return True
    ran_out = known.next_update is None or known.next_update <= now
    return now - known.tried_at >= (_RETRY if known.trouble or ran_out else _AGAIN)


def _renew(office: Office, source: Source, calls: Fetcher, now: datetime) -> str:
    """Fetch one list; give the code of what was wrong with it, or nothing."""
    try:
        published = read_list(calls.get(source.address))
        _require_sound(published, source, now)
        _require_newer(office, published, source.address)
    except DomainError as error:
        _log.warning("revocation list not renewed", issuer=source.name, code=error.code)
        _keep(office, source, now, trouble=error.code)
        return error.code
    office.artifacts.put(published.der)
    _keep(
        office,
        source,
        now,
        trouble=None,
        sha256=published.sha256,
        this_update=published.this_update,
        next_update=published.next_update,
        fetched_at=now,
    )
    return ""


def _require_sound(published: PublishedList, source: Source, now: datetime) -> None:
    if not published.is_signed_by(x509.Certificate.load(source.issuer)):
        raise Refused("revocation.not_from_authority", name=source.name)
    if published.trouble is not None:
        raise Refused("revocation.not_understood", name=source.name)
    if published.this_update > now + _CLOCKS_DIFFER:
        raise Refused("revocation.from_future", name=source.name)
    if published.next_update is None or published.next_update <= now:
        raise Refused("revocation.out_of_date", name=source.name)


def _require_newer(office: Office, published: PublishedList, address: str) -> None:
    """Refuse an older list: with one, somebody could hide that a certificate was revoked since."""
    query = select(RevocationList.this_update).where(RevocationList.address == address)
    with office.sessions() as session:
        known = session.scalars(query).first()
    if known is not None and published.this_update < known:
        raise Refused("revocation.older_than_known")


def _keep(office: Office, source: Source, now: datetime, **facts: object) -> None:
    told = {"issuer": source.name, "tried_at": now} | facts
    with office.act() as session:
        session.execute(
            insert(RevocationList)
            .values(address=source.address, **told)
            .on_conflict_do_update(index_elements=["address"], set_=told)
        )
