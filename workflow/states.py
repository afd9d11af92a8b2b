"""The life of a document as data: one row per allowed act, with its article of Decree 30.

A state whose name ends in ``ING`` waits for a worker (``WORK`` says which); every other state waits
for a person. Buttons are drawn from the same rows, so screen and rule cannot disagree.
"""

from dataclasses import dataclass
from enum import StrEnum
from typing import Generic, TypeVar


class Role(StrEnum):
    """What somebody is *for one document*; posts make it so, see ``authority``."""

    SYSTEM = "system"
    DRAFTER = "drafter"
    CONTENT_REVIEWER = "content_reviewer"
    FORM_CHECKER = "form_checker"
    SIGNER = "signer"
    CLERK = "clerk"
    LEADER = "leader"
    HANDLER = "handler"


class OutgoingState(StrEnum):
    """Where an outgoing document stands."""

    DRAFT = "draft"
    RENDERING = "rendering"
    CONTENT_REVIEW = "content_review"
    FORM_REVIEW = "form_review"
    INITIALLING = "initialling"
    """The reviewers' ký nháy is being drawn on the page."""
    AWAITING_SIGNATURE = "awaiting_signature"
    APPROVED = "approved"
    """Duyệt: the signer has decided on these very bytes; the signature is still to be made."""
    SIGNING = "signing"
    AWAITING_NUMBER = "awaiting_number"
    SEALING = "sealing"
    AWAITING_SEAL = "awaiting_seal"
    AWAITING_ISSUE = "awaiting_issue"
    SENDING = "sending"
    ISSUED = "issued"
    DISCARDED = "discarded"


class OutgoingAction(StrEnum):
    """What can be done to an outgoing document."""

    SUBMIT = "submit"
    DISCARD = "discard"
    FINISH_RENDERING = "finish_rendering"
    FAIL_RENDERING = "fail_rendering"
    APPROVE_CONTENT = "approve_content"
    APPROVE_FORM = "approve_form"
    APPROVE_FORM_INITIALLED = "approve_form_initialled"
    """The same, where the agency wishes ký nháy on the page."""
    FINISH_INITIALLING = "finish_initialling"
    FAIL_INITIALLING = "fail_initialling"
    EDIT = "edit"
    RETURN = "return"
    WITHDRAW = "withdraw"
    APPROVE = "approve"
    RECONSIDER = "reconsider"
    SIGN = "sign"
    FINISH_SIGNING = "finish_signing"
    FAIL_SIGNING = "fail_signing"
    NUMBER = "number"
    NUMBER_ONLY = "number_only"
    """The seal follows from a token at văn thư's own computer."""
    SEAL = "seal"
    FINISH_SEALING = "finish_sealing"
    FAIL_SEALING = "fail_sealing"
    ISSUE = "issue"
    FINISH_SENDING = "finish_sending"
    RESEND = "resend"


class IncomingState(StrEnum):
    """Where an incoming document stands."""

    VERIFYING = "verifying"
    ARRIVED = "arrived"
    RETURNED = "returned"
    REGISTERED = "registered"
    DIRECTED = "directed"
    IN_HAND = "in_hand"
    FINISHED = "finished"


class IncomingAction(StrEnum):
    """What can be done to an incoming document."""

    FINISH_VERIFYING = "finish_verifying"
    ACCEPT = "accept"
    RETURN = "return"
    DIRECT = "direct"
    NOTE = "note"
    START = "start"
    FINISH = "finish"


class DeliveryState(StrEnum):
    """Where a packet to one receiver stands; the receiver's statuses come on top."""

    PREPARED = "prepared"
    """Chosen, not yet issued."""
    QUEUED = "queued"
    SENT = "sent"
    REFUSED = "refused"
    """The axis took it not and will not; a person must act."""


class PacketState(StrEnum):
    """What became of a received packet."""

    STORED = "stored"
    TAKEN = "taken"
    REPEATED = "repeated"
    REFUSED = "refused"
    """Unreadable, or from somebody who may not send it."""
    EARLY = "early"
    """A status for a document that is not known here yet."""


S = TypeVar("S", OutgoingState, IncomingState)
A = TypeVar("A", OutgoingAction, IncomingAction)


@dataclass(frozen=True, slots=True)
class Transition(Generic[S, A]):
    """One row: in ``source``, ``role`` may do ``action``, which leads to ``target``."""

    source: S
    action: A
    target: S
    role: Role
    article: str
    """Article of Decree 30 that the row obeys; empty for the machine's own steps."""


_O, _D = OutgoingState, OutgoingAction

OUTGOING: tuple[Transition[OutgoingState, OutgoingAction], ...] = (
    Transition(_O.DRAFT, _D.SUBMIT, _O.RENDERING, Role.DRAFTER, "Đ10.2"),
    Transition(_O.DRAFT, _D.DISCARD, _O.DISCARDED, Role.DRAFTER, "Đ10"),
    Transition(_O.RENDERING, _D.FINISH_RENDERING, _O.CONTENT_REVIEW, Role.SYSTEM, ""),
    Transition(_O.RENDERING, _D.FAIL_RENDERING, _O.DRAFT, Role.SYSTEM, ""),
    Transition(
        _O.CONTENT_REVIEW, _D.APPROVE_CONTENT, _O.FORM_REVIEW, Role.CONTENT_REVIEWER, "Đ12.1"
    ),
    Transition(_O.CONTENT_REVIEW, _D.EDIT, _O.RENDERING, Role.CONTENT_REVIEWER, "Đ10.3"),
    Transition(_O.CONTENT_REVIEW, _D.RETURN, _O.DRAFT, Role.CONTENT_REVIEWER, "Đ10.3"),
    Transition(_O.CONTENT_REVIEW, _D.WITHDRAW, _O.DRAFT, Role.DRAFTER, "Đ10.2"),
    Transition(_O.FORM_REVIEW, _D.APPROVE_FORM, _O.AWAITING_SIGNATURE, Role.FORM_CHECKER, "Đ12.2"),
    Transition(
        _O.FORM_REVIEW, _D.APPROVE_FORM_INITIALLED, _O.INITIALLING, Role.FORM_CHECKER, "Đ12.2"
    ),
    Transition(_O.INITIALLING, _D.FINISH_INITIALLING, _O.AWAITING_SIGNATURE, Role.SYSTEM, ""),
    Transition(_O.INITIALLING, _D.FAIL_INITIALLING, _O.FORM_REVIEW, Role.SYSTEM, ""),
    Transition(_O.FORM_REVIEW, _D.EDIT, _O.RENDERING, Role.FORM_CHECKER, "Đ10.3"),
    Transition(_O.FORM_REVIEW, _D.RETURN, _O.DRAFT, Role.FORM_CHECKER, "Đ10.3"),
    Transition(_O.FORM_REVIEW, _D.WITHDRAW, _O.DRAFT, Role.DRAFTER, "Đ10.2"),
    Transition(_O.AWAITING_SIGNATURE, _D.SIGN, _O.SIGNING, Role.SIGNER, "Đ13.7"),
    Transition(_O.AWAITING_SIGNATURE, _D.APPROVE, _O.APPROVED, Role.SIGNER, "Đ11.1"),
    Transition(_O.AWAITING_SIGNATURE, _D.RETURN, _O.DRAFT, Role.SIGNER, "Đ10.3"),
    Transition(_O.AWAITING_SIGNATURE, _D.WITHDRAW, _O.DRAFT, Role.DRAFTER, "Đ10.2"),
    Transition(_O.APPROVED, _D.SIGN, _O.SIGNING, Role.SIGNER, "Đ13.7"),
    Transition(_O.APPROVED, _D.RECONSIDER, _O.AWAITING_SIGNATURE, Role.SIGNER, "Đ11.1"),
    Transition(_O.APPROVED, _D.RETURN, _O.DRAFT, Role.SIGNER, "Đ10.3"),
    Transition(_O.SIGNING, _D.FINISH_SIGNING, _O.AWAITING_NUMBER, Role.SYSTEM, ""),
    Transition(_O.SIGNING, _D.FAIL_SIGNING, _O.APPROVED, Role.SYSTEM, ""),
    Transition(_O.AWAITING_NUMBER, _D.NUMBER, _O.SEALING, Role.CLERK, "Đ15, Đ17.2, Đ32.2"),
    Transition(
        _O.AWAITING_NUMBER, _D.NUMBER_ONLY, _O.AWAITING_SEAL, Role.CLERK, "Đ15, Đ17.2, Đ32.2"
    ),
    Transition(_O.AWAITING_NUMBER, _D.RETURN, _O.DRAFT, Role.CLERK, "Đ14"),
    Transition(_O.SEALING, _D.FINISH_SEALING, _O.AWAITING_ISSUE, Role.SYSTEM, ""),
    Transition(_O.SEALING, _D.FAIL_SEALING, _O.AWAITING_SEAL, Role.SYSTEM, ""),
    Transition(_O.AWAITING_SEAL, _D.SEAL, _O.SEALING, Role.CLERK, "Đ17.2, Đ32.2"),
    Transition(_O.AWAITING_ISSUE, _D.ISSUE, _O.SENDING, Role.CLERK, "Đ18.1"),
    Transition(_O.SENDING, _D.FINISH_SENDING, _O.ISSUED, Role.SYSTEM, ""),
    Transition(_O.ISSUED, _D.RESEND, _O.SENDING, Role.CLERK, "Đ18.1"),
)

_I, _E = IncomingState, IncomingAction

INCOMING: tuple[Transition[IncomingState, IncomingAction], ...] = (
    Transition(_I.VERIFYING, _E.FINISH_VERIFYING, _I.ARRIVED, Role.SYSTEM, "Đ21.2"),
    Transition(_I.ARRIVED, _E.ACCEPT, _I.REGISTERED, Role.CLERK, "Đ22"),
    Transition(_I.ARRIVED, _E.RETURN, _I.RETURNED, Role.CLERK, "Đ21.2"),
    Transition(_I.REGISTERED, _E.DIRECT, _I.DIRECTED, Role.LEADER, "Đ23.2"),
    Transition(_I.REGISTERED, _E.NOTE, _I.FINISHED, Role.LEADER, "Đ23.2"),
    Transition(_I.DIRECTED, _E.START, _I.IN_HAND, Role.HANDLER, "Đ24"),
    Transition(_I.IN_HAND, _E.FINISH, _I.FINISHED, Role.HANDLER, "Đ24"),
)

# A row that rests at one of these waits for a worker; the sweep looks here too.
WORK: dict[OutgoingState | IncomingState, str] = {
    OutgoingState.RENDERING: "worker.tasks.render",
    OutgoingState.INITIALLING: "worker.tasks.render",
    OutgoingState.SIGNING: "worker.tasks.sign",
    OutgoingState.SEALING: "worker.tasks.seal",
    OutgoingState.SENDING: "worker.tasks.send",
    IncomingState.VERIFYING: "worker.tasks.verify",
}
