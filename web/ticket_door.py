"""The door of one-time addresses: a program at someone's computer fetches a file and brings it.

It has no session and sends no cookie, so there is nothing that another page could make it misuse;
the address itself is the secret. It is good for one intent and for minutes, and never logged.
"""

from flask import Blueprint, Flask, Response, jsonify, request

from kernel.errors import DomainError, Refused
from web import here
from web.errors import explain
from workflow.signatures import at_hand

desk = Blueprint("ticket_door", __name__, url_prefix="/ky-so/nop")

_FILE_NAME = "van-ban.pdf"


def attach(app: Flask) -> None:
    """Open the door; no browser comes through it, so no form token is asked for."""
    app.register_blueprint(desk)
    app.extensions["csrf"].exempt(desk)


@desk.get(f"/<string:ticket>/{_FILE_NAME}")
def fetch(ticket: str) -> Response:
    """Send the exact bytes to sign."""
    try:
        return Response(at_hand.handed_out(here.office(), ticket), mimetype="application/pdf")
    except DomainError as error:
        return _answer(error)


@desk.post("/<string:ticket>")
def bring(ticket: str) -> Response:
    """Take the signed file, whatever the form calls it, and answer as the program expects."""
    try:
        largest = at_hand.largest(here.office(), ticket)
        file = next(iter(request.files.values()), None)
        if file is None:
            raise Refused("signing.no_file")
        signed = file.read(largest + 1)
        if len(signed) > largest:
            raise Refused("signing.file_too_large")
        at_hand.take(here.office(), ticket, signed)
    except DomainError as error:
        return _answer(error)
    return _told(0, "")


def _answer(error: DomainError) -> Response:
    answer = _told(1, explain(error))
    answer.status_code = error.http_status
    return answer


def _told(status: int, message: str) -> Response:
    return jsonify(Status=status, Message=message, FileName=_FILE_NAME, FileServer=_FILE_NAME)
