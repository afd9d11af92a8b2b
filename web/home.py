"""Việc của tôi: what came back to me, what waits for me, and what I wait for."""

from collections import Counter

from flask import Blueprint, render_template

from web import here
from web.language import say
from web.outgoing import reader
from workflow.authorities import trust_list
from workflow.authorities.trust_alarms import alarms
from workflow.models.organisation import PostRole
from workflow.views import listing, reading

desk = Blueprint("home", __name__)


@desk.get("/")
def mine() -> str:
    """Show the person's work."""
    session, who = here.session(), reader()
    drafts = listing.my_drafts(session, who)
    documents = listing.waiting_documents(session, who)
    arrivals = listing.waiting_arrivals(session, who)
    return render_template(
        "home.html",
        returned=[document for document in drafts if document.return_reason],
        today=who.day,
        drafts=[document for document in drafts if not document.return_reason],
        documents=documents,
        arrivals=arrivals,
        helping=listing.helping_with(session, who),
        on_their_way=[
            (document, reading.waiting_for(session, document, who.day))
            for document in listing.on_their_way(session, who)
        ],
        waiting_outgoing=Counter(document.state for document in documents),
        waiting_incoming=Counter(incoming.state for incoming in arrivals),
        trust=_trust() if PostRole.ADMINISTRATOR in here.my_roles() else (),
    )


def _trust() -> list[str]:
    """Give what an administrator has to look at on the trust list, a sentence each."""
    session = here.session()
    waiting = trust_list.waiting_for(session, here.me())
    found = alarms(session, here.office().clock())
    return [
        *(say("trust.waits_for_you", name=entry.subject) for entry in waiting),
        *(say(alarm.code, name=alarm.name, days=abs(alarm.left)) for alarm in found),
    ]
