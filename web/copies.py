"""Văn thư's desk for copies to electronic form: scan in, look, sign for the agency (Đ25 to Đ27)."""

from uuid import UUID

from flask import Blueprint, Response, redirect, render_template, request, url_for
from werkzeug.wrappers import Response as Answer

from kernel.errors import DomainError, Forbidden, NotFound, Refused
from web import acts, downloads, here
from web.errors import explain
from web.outgoing import reader
from workflow.models import Agency, Copy, CopyForm
from workflow.models.organisation import PostRole
from workflow.outgoing import copies

desk = Blueprint("copies", __name__, url_prefix="/ban-sao")


@desk.get("")
def everything() -> str:
    """List the copies of the reader's agencies."""
    found = copies.of_agencies(here.session(), [*reader().agencies(PostRole.CLERK)])
    return render_template("copies/list.html", copies=found)


@desk.get("/moi")
def new() -> str:
    """Ask for the scan and what it is a copy of."""
    return _new("")


@desk.post("/moi")
def begin() -> Answer:
    """Take the scan in and show it."""
    upload = request.files.get("scan")
    try:
        if upload is None or not upload.filename:
            raise Refused("copy.not_pdf")
        copy_id = copies.begin(
            here.office(),
            here.me(),
            _agency(),
            form=_form(),
            subject=acts.typed("subject"),
            decided_by=acts.typed("decided_by"),
            name=upload.filename,
            scan=upload.stream.read(here.office().upload_limit + 1),
        )
    except DomainError as error:
        return Response(_new(explain(error)), error.http_status)
    return redirect(url_for(".page", copy_id=copy_id))


@desk.get("/<uuid:copy_id>")
def page(copy_id: UUID) -> str:
    """Show one copy, signed or waiting for it."""
    return _page(copy_id, "")


@desk.post("/<uuid:copy_id>/ky-so")
def sign(copy_id: UUID) -> Answer:
    """Have the agency sign exactly the bytes that were shown."""
    shown = acts.typed("shown")
    return acts.do(
        lambda: copies.sign(here.office(), here.me(), copy_id, shown=shown),
        show=lambda refused: _page(copy_id, refused),
        onward=url_for(".page", copy_id=copy_id),
        done="web.done.copy_signed",
    )


@desk.get("/<uuid:copy_id>/<int:number>.png")
def picture(copy_id: UUID, number: int) -> Response:
    """Send the picture of a page, as signed where it is."""
    copy = _found(copy_id)
    return downloads.picture(copy.signed or copy.scan, number)


@desk.get("/<uuid:copy_id>.pdf")
def pdf(copy_id: UUID) -> Response:
    """Send the signed copy, to be saved."""
    copy = _found(copy_id)
    if copy.signed is None:
        raise NotFound("copy.no_such_copy")
    return downloads.file(f"{copy.subject[:80]}.pdf", "application/pdf", copy.signed)


def _found(copy_id: UUID) -> Copy:
    return copies.found(here.office(), here.session(), here.me(), copy_id)


def _page(copy_id: UUID, refused: str) -> str:
    copy = _found(copy_id)
    return render_template("copies/page.html", copy=copy, refused=refused)


def _new(refused: str) -> str:
    agencies = [
        here.session().get_one(Agency, agency_id) for agency_id in reader().agencies(PostRole.CLERK)
    ]
    return render_template(
        "copies/new.html", refused=refused, forms=list(CopyForm), agencies=agencies
    )


def _form() -> CopyForm:
    try:
        return CopyForm(acts.typed("form"))
    except ValueError as error:
        raise Refused("web.http_400") from error


def _agency() -> UUID:
    """Give the agency that was chosen; who serves only one is not asked."""
    mine = {str(agency_id): agency_id for agency_id in reader().agencies(PostRole.CLERK)}
    chosen = request.form.get("agency", next(iter(mine)))
    if chosen not in mine:
        raise Forbidden("workflow.not_your_role")
    return mine[chosen]
