"""What the demonstration's data must agree on among itself, told as faults.

Each function looks at one question and yields a sentence for every fault, so that whoever edits the
YAML sees all of them at once. Nothing is repaired here.
"""

from collections import Counter
from collections.abc import Iterable, Iterator
from datetime import timedelta
from itertools import combinations
from typing import TYPE_CHECKING

from documents.content import Form
from workflow.models.organisation import PostRole
from workflow.models.registers import SeriesDirection

if TYPE_CHECKING:
    from console.demonstration.data import Agency, DraftData, Holding, Person, Post, Province

_CLASHES = (
    frozenset({PostRole.LEADER, PostRole.CLERK}),  # who signs does not seal (Đ32.2)
    frozenset({PostRole.LEADER, PostRole.FORM_CHECKER}),  # nobody checks what they sign (Đ12.2)
    frozenset({PostRole.ADMINISTRATOR, PostRole.LEADER}),  # who gives out powers uses none
    frozenset({PostRole.ADMINISTRATOR, PostRole.CLERK}),
)
_NEEDED = (
    PostRole.DRAFTER,
    PostRole.UNIT_HEAD,
    PostRole.FORM_CHECKER,
    PostRole.LEADER,
    PostRole.CLERK,
)
_DELEGATED = ("TL.", "TL.KT.", "TUQ.")


def of_province(province: "Province") -> Iterator[str]:
    """Find what is wrong in the province."""
    yield from _repeated(province)
    for agency in province.agencies:
        yield from _agency(agency, province)
        yield from _series(agency)
    for post in province.posts:
        yield from _post(post, province)
    for person in province.people:
        yield from _person(person, province)
    yield from _seats(province)
    yield from _staffing(province)
    yield from _delegations(province)
    for group in province.groups:
        for key in (group.agency, *group.members):
            if province.agency(key) is None:
                yield f"group {group.key}: no agency {key}"


def of_draft(draft: "DraftData", province: "Province") -> Iterator[str]:
    """Find what is wrong in a prepared draft."""
    agency = province.agency(draft.agency)
    if agency is None or agency.valid_to is not None:
        yield f"agency {draft.agency} does not exist or is closed"
    elif agency.unit(draft.unit) is None:
        yield f"agency {agency.key} has no unit {draft.unit}"
    drafter = province.person(draft.drafter)
    seats = [province.post(holding.post) for holding in drafter.posts] if drafter else []
    if not any(
        seat and (seat.agency, seat.unit, seat.role) == (draft.agency, draft.unit, PostRole.DRAFTER)
        for seat in seats
    ):
        yield f"{draft.drafter} does not draft in {draft.agency}, {draft.unit}"
    signer = province.post(draft.signer)
    if signer is None or draft.competence not in signer.signs:
        yield f"post {draft.signer} does not sign {draft.competence!r}"
    elif signer.agency != draft.agency and draft.competence != "TUQ.":
        yield f"post {signer.key} is not of {draft.agency}"
    for key in draft.deliveries:
        if province.agency(key) is None or key == draft.agency:
            yield f"delivery to {key}, which is unknown or the sender"
    if (draft.form is Form.DECISION_ISSUING) != (draft.issued_text is not None):
        yield "an issued text belongs to form 1.3 and to no other"
    if draft.form is Form.LETTER and not draft.addressees:
        yield "a công văn says to whom it goes (Kính gửi)"


def _repeated(province: "Province") -> Iterator[str]:
    codes = (f"{i.scheme} {i.code}" for a in province.agencies for i in a.identifiers)
    for what, keys in (
        ("agency", (agency.key for agency in province.agencies)),
        ("code", codes),
        ("post", (post.key for post in province.posts)),
        ("user name", (person.username for person in province.people)),
        ("delegation", (delegation.key for delegation in province.delegations)),
        ("group", (group.key for group in province.groups)),
    ):
        yield from (f"{what} {key} stands twice" for key in _twice(keys))


def _twice(keys: Iterable[str]) -> list[str]:
    return [key for key, times in Counter(keys).items() if times > 1]


def _agency(agency: "Agency", province: "Province") -> Iterator[str]:
    if agency.parent is not None:
        parent = province.agency(agency.parent)
        if parent is None or parent.key == agency.key:
            yield f"agency {agency.key}: no parent {agency.parent}"
        elif not agency.overlaps(parent):
            yield f"agency {agency.key} never exists together with its parent"
    if (agency.valid_to is None) != (agency.successor is None):
        yield f"agency {agency.key}: a closed agency, and no other, has a successor"
    if agency.valid_to is not None and agency.successor is not None:
        successor = province.agency(agency.successor)
        day_after = agency.valid_to + timedelta(days=1)
        if successor is None or not successor.valid_from <= day_after <= successor.last_day:
            yield f"agency {agency.key}: {agency.successor} does not take over on {day_after}"
    for identifier in agency.identifiers:
        if not identifier.within(agency):
            yield f"agency {agency.key} bears {identifier.code} when it does not exist"
    for key in _twice(unit.key for unit in agency.units):
        yield f"agency {agency.key}: unit {key} stands twice"


def _series(agency: "Agency") -> Iterator[str]:
    for key in _twice(series.key for series in agency.series):
        yield f"agency {agency.key}: series {key} stands twice"
    for direction in SeriesDirection:
        policies = [series for series in agency.series if series.direction is direction]
        if sum(series.types is None for series in policies) != 1:
            yield f"agency {agency.key}: one {direction} series takes what no other names"
        for code in _twice(code for series in policies for code in series.types or ()):
            yield f"agency {agency.key}: two {direction} series for {code}"
        if direction is SeriesDirection.INCOMING and len(policies) > 1:
            yield f"agency {agency.key}: incoming documents have one series (Đ22.2)"


def _post(post: "Post", province: "Province") -> Iterator[str]:
    agency = province.agency(post.agency)
    if agency is None:
        yield f"post {post.key}: no agency {post.agency}"
    elif post.unit is not None and agency.unit(post.unit) is None:
        yield f"post {post.key}: no unit {post.unit} in {agency.key}"
    if post.unit is None and post.role is not PostRole.LEADER:
        yield f"post {post.key}: only a leader stands in no unit"
    if (post.role is PostRole.LEADER) != bool(post.competence_lines):
        yield f"post {post.key}: leaders sign, and nobody else does"
    granted = {d.competence for d in province.delegations if d.post == post.key}
    for competence in post.signs:
        if competence in _DELEGATED and competence not in granted:
            yield f"post {post.key}: no paper lets it sign {competence}"


def _person(person: "Person", province: "Province") -> Iterator[str]:
    held: list[tuple[Holding, Post]] = []
    for holding in person.posts:
        post = province.post(holding.post)
        agency = post and province.agency(post.agency)
        if not post or not agency:
            yield f"{person.username}: no post {holding.post}"
        elif not holding.within(agency):
            yield f"{person.username} holds {post.key} when {agency.key} does not exist"
        else:
            held.append((holding, post))
    for (one, first), (other, second) in combinations(held, 2):
        clash = frozenset({first.role, second.role}) in _CLASHES
        if clash and first.agency == second.agency and one.overlaps(other):
            yield f"{person.username} holds {first.key} and {second.key}, which must not meet"
    signs = any(post.signs and holding.valid_to is None for holding, post in held)
    if signs != person.has_key:
        yield f"{person.username}: who signs has a key, and nobody else has"


def _seats(province: "Province") -> Iterator[str]:
    held = [(person, holding) for person in province.people for holding in person.posts]
    for (one, first), (other, second) in combinations(held, 2):
        if first.post == second.post and first.overlaps(second):
            yield f"{one.username} and {other.username} sit in {first.post} at one time"


def _staffing(province: "Province") -> Iterator[str]:
    taken = {h.post for person in province.people for h in person.posts if h.valid_to is None}
    for agency in province.agencies:
        if agency.valid_to is not None:
            continue
        staff = [p for p in province.posts if p.agency == agency.key and p.key in taken]
        roles = {post.role for post in staff}
        for role in _NEEDED:
            if role not in roles:
                yield f"agency {agency.key} has no {role}"
        if sum(post.is_head for post in staff) != 1:
            yield f"agency {agency.key} has one head"


def _delegations(province: "Province") -> Iterator[str]:
    for delegation in province.delegations:
        agency, post = province.agency(delegation.agency), province.post(delegation.post)
        if agency is None or post is None:
            yield f"delegation {delegation.key}: no {delegation.agency} or {delegation.post}"
        elif not delegation.within(agency):
            yield f"delegation {delegation.key} holds when {agency.key} does not exist"
        elif delegation.competence not in post.signs:
            yield f"delegation {delegation.key}: {post.key} prints nothing for it"
        if delegation.competence == "TUQ." and delegation.valid_to is None:
            yield f"delegation {delegation.key}: an authorisation ends (Đ13.3)"
