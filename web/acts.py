"""One act from a form: call the verb, say what was done, and never lose what was typed.

When the office refuses, the person stays on the page they were on, with the sentence on top and
their words still in the fields.
"""

from collections.abc import Callable

from flask import Response, flash, redirect, request
from werkzeug.wrappers import Response as Answer

from kernel.errors import DomainError, NotFound
from web import here
from web.errors import explain
from web.language import say

Show = Callable[[str], str]
"""Shows the page again, with a sentence on top."""


def do(verb: Callable[[], object], *, show: Show, onward: str, done: str) -> Answer:
    """Call ``verb``; go ``onward`` with the sentence of code ``done``, or ``show`` the page again.

    Raises:
        NotFound: There is nothing (any more) that this person could be shown.
    """
    try:
        verb()
    except NotFound:
        raise
    except DomainError as error:
        here.reread()
        return Response(show(explain(error)), error.http_status)
    flash(say(done))
    return redirect(onward)


def seen() -> int:
    """Give the count of the document that the form was made from; none counts as out of date."""
    return request.form.get("seen", -1, type=int)


def typed(field: str) -> str:
    """Give what stands in a field of the form."""
    return request.form.get(field, "")
