"""One family of errors for rules that were broken, told to people by a stable code.

An error carries a ``code`` and the facts that its sentence needs; the sentence itself lies in
``templates/messages`` in Vietnamese and English. Log texts stay English and name ids only.
What is *found* in a file or packet is data (a verdict, a finding), never an exception.
"""

from typing import ClassVar


class DomainError(Exception):
    """A rule of the office or of a standard was broken; nothing was changed."""

    http_status: ClassVar[int] = 422
    """What the web door answers with; crafts and workflow never look at it."""

    def __init__(self, code: str, **facts: str | int) -> None:
        super().__init__(code)
        self.code = code
        self.facts = facts


class Refused(DomainError):
    """The input or the moment does not allow the act."""


class Forbidden(DomainError):
    """The person may not do or see this."""

    http_status = 403


class NotFound(DomainError):
    """There is no such thing, or none that this person may know of."""

    http_status = 404


class MovedOn(DomainError):
    """Somebody else was faster; the page shown is out of date."""

    http_status = 409


class Unavailable(DomainError):
    """An outside part cannot be reached now; the same call may succeed later."""

    http_status = 503
