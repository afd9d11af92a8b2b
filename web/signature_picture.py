"""«Hình chữ ký»: a photograph, a scan or a drawing becomes the blue signature on the page.

What was prepared waits in the person's own signed session, so that nobody can take a picture into
use that was not prepared for them.
"""

from flask import Blueprint, Response, redirect, render_template, request, session, url_for
from werkzeug.wrappers import Response as Answer

from kernel.errors import NotFound, Refused
from web import acts, here
from workflow import signature_pictures
from workflow.models import Person

desk = Blueprint("signature_picture", __name__, url_prefix="/chu-ky-cua-toi")

_WAITING = "signature_picture"
_LIMIT = 20 * 1024 * 1024


@desk.get("")
def page() -> str:
    """Show the picture in use and the one that waits, in the size in which they are printed."""
    return _page("")


@desk.post("")
def prepare() -> Answer:
    """Take the background away and show what remains."""
    return acts.do(_prepare, show=_page, onward=url_for(".page"), done="web.done.signature_ready")


@desk.post("/dung")
def take_into_use() -> Answer:
    """Take the picture that waits into use."""
    return acts.do(_use, show=_page, onward=url_for(".page"), done="web.done.signature_in_use")


@desk.post("/bo")
def discard() -> Answer:
    """Forget the picture that waits."""
    session.pop(_WAITING, None)
    return redirect(url_for(".page"))


@desk.get("/<which>.png")
def picture(which: str) -> Response:
    """Send the picture in use (``dang-dung``) or the one that waits (``cho-dung``)."""
    person = here.session().get_one(Person, here.me())
    names = {"dang-dung": person.signature_picture, "cho-dung": session.get(_WAITING)}
    sha256 = names.get(which)
    if not sha256:
        raise NotFound("web.no_such_page")
    return Response(here.office().artifacts.get(sha256), mimetype="image/png")


def _prepare() -> None:
    upload = request.files.get("image")
    image = upload.stream.read(_LIMIT + 1) if upload else b""
    if not image:
        raise Refused("documents.no_image")
    if len(image) > _LIMIT:
        raise Refused("documents.image_too_heavy", limit=_LIMIT // 1024 // 1024)
    session[_WAITING] = signature_pictures.prepare(here.office(), image)


def _use() -> None:
    if _WAITING not in session:
        raise Refused("documents.no_image")
    signature_pictures.take_into_use(here.office(), here.me(), session[_WAITING])
    del session[_WAITING]


def _page(refused: str) -> str:
    person = here.session().get_one(Person, here.me())
    return render_template(
        "signature_picture.html",
        refused=refused,
        in_use=person.signature_picture,
        waiting=session.get(_WAITING),
        name=person.full_name,
        posts=[post for post in here.my_posts() if post.role in signature_pictures.SIGNERS],
    )
