"""«Hình chữ ký» and «Hình ký nháy»: a photograph, scan or drawing becomes blue ink on the page.

What was prepared waits in the person's own signed session, so that nobody can take a picture into
use that was not prepared for them.
"""

from flask import Blueprint, Response, redirect, render_template, request, session, url_for
from werkzeug.wrappers import Response as Answer

from kernel.errors import Forbidden, NotFound, Refused
from web import acts, here
from workflow.models import Person
from workflow.signatures import signature_pictures
from workflow.signatures.signature_pictures import PictureKind

desk = Blueprint("signature_picture", __name__, url_prefix="/hinh-chu-ky")

_KINDS = {"chu-ky": PictureKind.SIGNATURE, "ky-nhay": PictureKind.INITIALS}
_LIMIT = 20 * 1024 * 1024


@desk.get("/<which>")
def page(which: str) -> str:
    """Show the picture in use and the one that waits, in the size in which they are printed."""
    return _page(which, "")


@desk.post("/<which>")
def prepare(which: str) -> Answer:
    """Take the background away and show what remains."""
    return acts.do(
        lambda: _prepare(which),
        show=lambda refused: _page(which, refused),
        onward=url_for(".page", which=which),
        done="web.done.signature_ready",
    )


@desk.post("/<which>/dung")
def take_into_use(which: str) -> Answer:
    """Take the picture that waits into use."""
    return acts.do(
        lambda: _use(which),
        show=lambda refused: _page(which, refused),
        onward=url_for(".page", which=which),
        done="web.done.signature_in_use",
    )


@desk.post("/<which>/bo")
def discard(which: str) -> Answer:
    """Forget the picture that waits."""
    session.pop(_waiting(which), None)
    return redirect(url_for(".page", which=which))


@desk.get("/<which>/<state>.png")
def picture(which: str, state: str) -> Response:
    """Send the picture in use (``dang-dung``) or the one that waits (``cho-dung``)."""
    names = {"dang-dung": _in_use(which), "cho-dung": session.get(_waiting(which))}
    sha256 = names.get(state)
    if not sha256:
        raise NotFound("web.no_such_page")
    return Response(here.office().artifacts.get(sha256), mimetype="image/png")


def _kind(which: str) -> PictureKind:
    if which not in _KINDS:
        raise NotFound("web.no_such_page")
    return _KINDS[which]


def _waiting(which: str) -> str:
    return f"{_kind(which).value}_picture"


def _in_use(which: str) -> str | None:
    person = here.session().get_one(Person, here.me())
    return signature_pictures.picture_of(person, _kind(which))


def _prepare(which: str) -> None:
    upload = request.files.get("image")
    image = upload.stream.read(_LIMIT + 1) if upload else b""
    if not image:
        raise Refused("documents.no_image")
    if len(image) > _LIMIT:
        raise Refused("documents.image_too_heavy", limit=_LIMIT // 1024 // 1024)
    session[_waiting(which)] = signature_pictures.prepare(here.office(), image)


def _use(which: str) -> None:
    name = _waiting(which)
    if name not in session:
        raise Refused("documents.no_image")
    signature_pictures.take_into_use(here.office(), here.me(), _kind(which), session[name])
    del session[name]


def _page(which: str, refused: str) -> str:
    kind = _kind(which)
    posts = [p for p in here.my_posts() if p.role in signature_pictures.OWNERS[kind]]
    if not posts:
        raise Forbidden("web.not_your_post")
    return render_template(
        "signature_picture.html",
        refused=refused,
        which=which,
        in_use=_in_use(which),
        waiting=session.get(_waiting(which)),
        name=here.session().get_one(Person, here.me()).full_name,
        posts=posts,
    )
