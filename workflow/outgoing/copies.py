"""Copies to electronic form: a scan, the agency's signature in its corner, and nothing else.

Such a copy has no number and no signer's block (Annex I, Part II, I; Đ25.1c). Văn thư looks at the
very bytes before the agency signs them; who decided that the document be copied is written down.
"""

from collections.abc import Sequence
from uuid import UUID, uuid4

from sqlalchemy import select
from sqlalchemy.orm import Session

from documents.files import inspect
from documents.scans import cleaned, scan_of
from kernel.clock import local_day
from kernel.errors import Forbidden, NotFound, Refused
from workflow import authority, journal
from workflow.exchanging import directory
from workflow.finding import HELD
from workflow.journal import Actor
from workflow.models import Agency, Authorisation, Copy, CopyForm, Person, Purpose
from workflow.models.organisation import PostRole
from workflow.office import Office
from workflow.said import said
from workflow.signatures import certificates


def begin(  # noqa: PLR0913 - the facts of one copy
    office: Office,
    person_id: UUID,
    agency_id: UUID,
    *,
    form: CopyForm,
    subject: str,
    decided_by: str,
    name: str,
    scan: bytes,
) -> UUID:
    """Take a scan in; nothing is signed yet.

    Raises:
        Refused: A field is empty, or the scan is no PDF or coarser than the decree asks for.
        Forbidden: The person is not văn thư of that agency today.
    """
    subject, decided_by = said(subject), said(decided_by)
    if not subject:
        raise Refused("copy.subject_missing")
    if not decided_by:
        raise Refused("copy.decided_by_missing")
    if inspect(name, scan, office.upload_limit).extension != "pdf":
        raise Refused("copy.not_pdf")
    measured = scan_of(scan)
    clean = cleaned(scan)
    with office.act() as session:
        actor = _clerk(office, session, person_id, agency_id)
        copy = Copy(
            id=uuid4(),
            agency_id=agency_id,
            form=form,
            subject=subject,
            decided_by=decided_by,
            pages=measured.pages,
            dpi=measured.dpi,
            scan=office.artifacts.put(clean),
            made_by_id=person_id,
            made_at=office.clock(),
        )
        session.add(copy)
        session.flush()
        _note(office, session, copy, actor, "begin_copy", copy.scan)
        return copy.id


def sign(office: Office, person_id: UUID, copy_id: UUID, *, shown: str) -> None:
    """Have the agency sign the scan with SHA-256 ``shown``; asked again, nothing changes.

    Raises:
        Refused: The bytes differ from those shown, the seal may not be used, or the file bears a
            signature that forbids another.
        Unavailable: The signing process cannot be reached; ask again.
    """
    with office.act() as session:
        copy, actor = _copy(office, session, person_id, copy_id, held=True)
        if copy.scan != shown:
            raise Refused("signing.bytes_differ")
        if copy.signed is not None:
            return
        key = f"seals/{directory.organ_id(copy.agency)}"
        registered = certificates.fingerprints(session, agency_id=copy.agency_id)
        certificates.require_usable(office, office.desk.seal_certificate(key), registered)
        intent = _intent(session, copy) or _authorise(office, session, copy, actor, key)
        intent_id = intent.id
    sha256 = office.desk.apply(intent_id)
    verdict = office.check(office.artifacts.get(sha256), trust=office.trust(), at=office.clock())
    certificates.require_ours(verdict, registered)
    with office.act() as session:
        copy, actor = _copy(office, session, person_id, copy_id)
        copy.signed, copy.signed_at, copy.verdict = sha256, office.clock(), verdict.to_json()
        _note(office, session, copy, actor, "sign_copy", sha256)


def found(office: Office, session: Session, person_id: UUID, copy_id: UUID) -> Copy:
    """Give a copy to a văn thư of its agency.

    Raises:
        NotFound: There is none that this person may see.
    """
    return _copy(office, session, person_id, copy_id)[0]


def of_agencies(session: Session, agencies: Sequence[UUID], limit: int = 200) -> Sequence[Copy]:
    """Give the copies of some agencies, the latest first."""
    query = select(Copy).where(Copy.agency_id.in_(agencies)).order_by(Copy.made_at.desc())
    return session.scalars(query.limit(limit)).all()


def _copy(
    office: Office, session: Session, person_id: UUID, copy_id: UUID, *, held: bool = False
) -> tuple[Copy, Actor]:
    # Held by who signs, so that of two presses the second finds the intent of the first.
    copy = session.get(Copy, copy_id, with_for_update=HELD if held else None)
    if copy is None:
        raise NotFound("copy.no_such_copy")
    try:
        return copy, _clerk(office, session, person_id, copy.agency_id)
    except Forbidden as error:
        raise NotFound("copy.no_such_copy") from error


def _clerk(office: Office, session: Session, person_id: UUID, agency_id: UUID) -> Actor:
    for post in authority.posts_of(session, person_id, local_day(office.clock())):
        if post.role is PostRole.CLERK and post.agency_id == agency_id:
            return Actor(person_id, session.get_one(Person, person_id).full_name, post.title)
    raise Forbidden("workflow.not_your_role")


def _intent(session: Session, copy: Copy) -> Authorisation | None:
    """Give the intent of an earlier attempt, so that one copy is signed once."""
    return session.scalars(
        select(Authorisation).where(
            Authorisation.copy_id == copy.id, Authorisation.void_at.is_(None)
        )
    ).first()


def _authorise(
    office: Office, session: Session, copy: Copy, actor: Actor, key: str
) -> Authorisation:
    agency = session.get_one(Agency, copy.agency_id)
    given = Authorisation(
        id=uuid4(),
        agency_id=copy.agency_id,
        copy_id=copy.id,
        person_id=actor.person_id,
        purpose=Purpose.COPY,
        key=key,
        field="",
        sha256=copy.scan,
        pages=copy.pages,
        facts={
            "post_title": actor.post_title,
            "location": agency.place_name,
            "form": copy.form.value,
            "organ": agency.name,
        },
        given_at=office.clock(),
    )
    session.add(given)
    session.flush()
    return given


def _note(  # noqa: PLR0913, PLR0917 - a line of the journal
    office: Office, session: Session, copy: Copy, actor: Actor, action: str, sha256: str
) -> None:
    journal.write(
        session,
        agency_id=copy.agency_id,
        at=office.clock(),
        actor=actor,
        action=action,
        subject_kind="copy",
        subject_id=copy.id,
        facts={"form": copy.form.value, "sha256": sha256, "decided_by": copy.decided_by},
    )
