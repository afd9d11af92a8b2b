"""Who may call what: one table, asked before every view; what is not in it is refused.

The table speaks of posts a person holds today. Whether that person may act on one certain document
is the office's to say (``workflow.authority``), and it answers for itself each time.
"""

from enum import Enum

from flask import Flask, current_app, request
from flask_login import current_user
from werkzeug.wrappers import Response

from kernel.errors import Forbidden
from web import here
from workflow.models.organisation import PostRole as Post


class Anyone(Enum):
    """Audiences that are not a matter of posts."""

    PUBLIC = "public"
    SIGNED_IN = "signed_in"
    PAIRED = "paired"
    """A person's agent; ``agent_door`` asks each of its callers for a token."""
    TICKET = "ticket"
    """A program at somebody's computer, without session or cookie (so without form token):
    ``ticket_door`` lets in whoever has the one-time address."""


Audience = Anyone | frozenset[Post]

_WRITERS = frozenset({Post.DRAFTER, Post.UNIT_HEAD, Post.UNIT_DEPUTY})
_CONTENT = frozenset({Post.UNIT_HEAD, Post.UNIT_DEPUTY, Post.LEADER})
_FORM = frozenset({Post.FORM_CHECKER})
_LEADERS = frozenset({Post.LEADER})
_CLERKS = frozenset({Post.CLERK})
_ADMINISTRATORS = frozenset({Post.ADMINISTRATOR})

TABLE: dict[str, Audience] = {
    "static": Anyone.PUBLIC,
    "health.healthz": Anyone.PUBLIC,
    "health.metrics": Anyone.PUBLIC,  # the view itself answers loopback only
    "sign_in.door": Anyone.PUBLIC,
    "sign_in.enter": Anyone.PUBLIC,
    "public_check.page": Anyone.PUBLIC,
    "public_check.check": Anyone.PUBLIC,
    "public_check.report": Anyone.PUBLIC,
    "api.verify": Anyone.PUBLIC,
    "sign_in.leave": Anyone.SIGNED_IN,
    # Máy ký
    "agent_door.pair": Anyone.PUBLIC,
    "agent_door.introduce_key": Anyone.PAIRED,
    "agent_door.batch": Anyone.PAIRED,
    "agent_door.shown": Anyone.PAIRED,
    "agent_door.prepare": Anyone.PAIRED,
    "agent_door.hand_in": Anyone.PAIRED,
    "agent_door.refuse": Anyone.PAIRED,
    "remote_keys.page": _LEADERS,
    "remote_keys.look": _LEADERS,
    "remote_keys.take_up": _LEADERS,
    "remote_keys.send_code": _LEADERS,
    "remote_keys.withdraw": _LEADERS,
    "agents.page": _LEADERS,
    "agents.program": _LEADERS,
    "agents.begin": _LEADERS,
    "agents.withdraw": _LEADERS,
    "home.mine": Anyone.SIGNED_IN,
    "signatures.outgoing": Anyone.SIGNED_IN,
    "signatures.outgoing_report": Anyone.SIGNED_IN,
    "signatures.incoming": Anyone.SIGNED_IN,
    "signatures.incoming_report": Anyone.SIGNED_IN,
    "signature_picture.page": _CONTENT | _FORM,
    "signature_picture.prepare": _CONTENT | _FORM,
    "signature_picture.take_into_use": _CONTENT | _FORM,
    "signature_picture.discard": _CONTENT | _FORM,
    "signature_picture.picture": _CONTENT | _FORM,
    # Văn bản đi
    "outgoing.everything": Anyone.SIGNED_IN,
    "outgoing.page": Anyone.SIGNED_IN,
    "outgoing.changed": Anyone.SIGNED_IN,
    "outgoing.comment": Anyone.SIGNED_IN,
    "outgoing.pdf": Anyone.SIGNED_IN,
    "outgoing.picture": Anyone.SIGNED_IN,
    "outgoing.file": Anyone.SIGNED_IN,
    "evidence.of_document": Anyone.SIGNED_IN,
    "evidence.file": Anyone.SIGNED_IN,
    "drafting.choose": _WRITERS,
    "drafting.begin": _WRITERS,
    "drafting.copy": _WRITERS,
    "drafting.withdraw": _WRITERS,
    "drafting.discard": _WRITERS,
    "writing.page": _WRITERS | _FORM | _LEADERS,
    "writing.keep": _WRITERS,
    "writing.autosave": _WRITERS,
    "writing.edit": _CONTENT | _FORM,
    "writing.preview": _WRITERS | _FORM | _LEADERS,
    "writing.findings": _WRITERS | _FORM | _LEADERS,
    "reviewing.approve_content": _CONTENT,
    "reviewing.approve_form": _FORM,
    "reviewing.send_back": _CONTENT | _FORM | _CLERKS,
    "signing.page": _LEADERS,
    "signing.sign": _LEADERS,
    "signing.approve": _LEADERS,
    "signing.reconsider": _LEADERS,
    "keys.page": _LEADERS | _CLERKS,
    "keys.propose": _LEADERS | _CLERKS,
    "keys.withdraw": _LEADERS | _CLERKS,
    "keys.waiting": frozenset({Post.ADMINISTRATOR}),
    "keys.register": frozenset({Post.ADMINISTRATOR}),
    "keys.refuse": frozenset({Post.ADMINISTRATOR}),
    "batch.page": _LEADERS,
    "batch.sign": _LEADERS,
    "batch.following": _LEADERS,
    "batch.result": _LEADERS | _CLERKS,
    "batch.lines": _LEADERS | _CLERKS,
    "batch.tickets": _LEADERS | _CLERKS,
    "batch.give_up": _LEADERS | _CLERKS,
    "ticket_door.fetch": Anyone.TICKET,
    "ticket_door.bring": Anyone.TICKET,
    "issuing.seal_page": _CLERKS,
    "issuing.number_and_seal": _CLERKS,
    "issuing.seal_again": _CLERKS,
    "issuing.seal_at_hand": _CLERKS,
    "issuing.issue_page": _CLERKS,
    "issuing.issue": _CLERKS,
    "issuing.resend": _CLERKS,
    # Bản sao
    "copies.everything": _CLERKS,
    "copies.new": _CLERKS,
    "copies.begin": _CLERKS,
    "copies.page": _CLERKS,
    "copies.sign": _CLERKS,
    "copies.picture": _CLERKS,
    "copies.pdf": _CLERKS,
    # Văn bản đến
    "incoming.everything": Anyone.SIGNED_IN,
    "incoming.page": Anyone.SIGNED_IN,
    "incoming.changed": Anyone.SIGNED_IN,
    "incoming.file": Anyone.SIGNED_IN,
    "incoming.picture": Anyone.SIGNED_IN,
    "handling.accept": _CLERKS,
    "handling.send_back": _CLERKS,
    "handling.direct": _LEADERS,
    "handling.note": _LEADERS,
    "handling.start": _WRITERS,
    "handling.finish": _WRITERS,
    # Sổ và cơ quan
    "registers.outgoing": _CLERKS,
    "registers.incoming": _CLERKS,
    "registers.agency": _ADMINISTRATORS,
    "evidence.overdue": _ADMINISTRATORS,
    "evidence.destroy": _ADMINISTRATORS,
    # Danh sách tin cậy
    "trust.page": _ADMINISTRATORS,
    "trust.certificate": _ADMINISTRATORS,
    "trust.propose": _ADMINISTRATORS,
    "trust.confirm": _ADMINISTRATORS,
    "trust.refuse": _ADMINISTRATORS,
    "trust.propose_removal": _ADMINISTRATORS,
    "trust.confirm_removal": _ADMINISTRATORS,
    "trust.keep": _ADMINISTRATORS,
}


def attach(app: Flask) -> None:
    """Ask the table before every view."""
    app.before_request(_ask)
    app.jinja_env.globals["may"] = may


def may(endpoint: str) -> bool:
    """Tell whether the person who asks may call a view, so that pages offer only what they may."""
    audience = TABLE[endpoint]
    return not isinstance(audience, frozenset) or bool(audience & here.my_roles())


def _ask() -> Response | None:
    if request.endpoint is None:
        return None  # no such page; Flask says so itself
    audience = TABLE.get(request.endpoint)
    if audience in {Anyone.PUBLIC, Anyone.PAIRED, Anyone.TICKET}:
        return None
    if audience is None:
        raise Forbidden("web.not_in_table")
    if not current_user.is_authenticated:
        answer: Response = current_app.login_manager.unauthorized()  # type: ignore[attr-defined] # set by Flask-Login
        return answer
    if not may(request.endpoint):
        raise Forbidden("web.not_your_post")
    return None
