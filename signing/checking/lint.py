# (pyHanko is typed in part only)

"""What a document can hide or do by itself: told beside its signatures, however good those are.

A file prepared in advance can show one thing to the signer and another to the reader without a
byte being changed. No check of signatures finds that; so everything is named by which a page can
change by itself. What can act or swap content lowers the conclusion; what is only unusual is told.
"""

from collections.abc import Iterator
from itertools import combinations

from pyhanko.pdf_utils.generic import ArrayObject, DictionaryObject, PdfObject

from kernel.places import Rectangle
from signing.checking.examined import Examination
from signing.checking.opening import Reader
from signing.checking.rules.objection import Expected, Objection
from signing.checking.verdict import Conclusion
from signing.making.pages import annotations_of, entries, follow, pages_of, rectangle_of

_ACTING = {"/JavaScript": "javascript", "/Launch": "launch_action", "/Rendition": "javascript"}
_FETCHING = {"/SubmitForm", "/ImportData", "/GoToE", "/GoToR"}
_MEDIA = {"/Movie", "/Sound", "/Screen", "/3D", "/RichMedia"}
_MOST_ANNOTATIONS = 400  # of a page, compared with each other
_LONGEST_CHAIN = 50  # of actions


def nothing_is_hidden(examination: Examination, _: Expected) -> Iterator[Objection]:
    """Check what the document could show or do besides what is seen on its pages."""
    if not examination.signatures:
        return
    try:
        codes = set(_codes(examination.reader))
    except Exception:  # noqa: BLE001 - hostile objects can raise anything
        yield Objection("not_searched", (Conclusion.INDETERMINATE,))
        return
    for code in sorted(codes):
        answers = () if code in _ONLY_TOLD else (Conclusion.INDETERMINATE,)
        yield Objection(code, answers)


_ONLY_TOLD = {"overlapping_fields", "fetching_action"}


def _codes(reader: Reader) -> Iterator[str]:
    root = reader.root
    yield from _acting(follow(root, "/OpenAction"))
    yield from _acting_by_event(root)
    yield from _named(root)
    yield from _form(follow(root, "/AcroForm"))
    if _has_hidden_layers(follow(root, "/OCProperties")):
        yield "hidden_layer"
    for page in pages_of(reader):
        yield from _acting_by_event(page)
        annotations = [annotation for _, annotation in annotations_of(page)]
        for annotation in annotations:
            yield from _annotation(annotation)
        if _overlap(annotations[:_MOST_ANNOTATIONS]):
            yield "overlapping_fields"


def _named(root: DictionaryObject) -> Iterator[str]:
    names = follow(root, "/Names")
    if isinstance(names, DictionaryObject):
        if "/JavaScript" in names:
            yield "javascript"
        if _holds_something(follow(names, "/EmbeddedFiles")):
            yield "embedded_file"
    if entries(root, "/AF"):
        yield "embedded_file"
    if "/Collection" in root:
        yield "embedded_file"


def _holds_something(tree: PdfObject | None) -> bool:
    return isinstance(tree, DictionaryObject) and bool(
        entries(tree, "/Names") or entries(tree, "/Kids")
    )


def _form(form: PdfObject | None) -> Iterator[str]:
    if not isinstance(form, DictionaryObject):
        return
    if "/XFA" in form:
        yield "xfa_form"
    if follow(form, "/NeedAppearances"):
        yield "redrawn_fields"
    for reference in entries(form, "/Fields"):
        field = reference.get_object()
        if isinstance(field, DictionaryObject):
            yield from _acting_by_event(field)


def _annotation(annotation: DictionaryObject) -> Iterator[str]:
    kind = follow(annotation, "/Subtype")
    if kind == "/FileAttachment":
        yield "embedded_file"
    if kind in _MEDIA:
        yield "media"
    yield from _acting(follow(annotation, "/A"))
    yield from _acting_by_event(annotation)


def _acting_by_event(holder: DictionaryObject) -> Iterator[str]:
    events = follow(holder, "/AA")
    for event in events if isinstance(events, DictionaryObject) else ():
        yield from _acting(events[event])


def _acting(action: PdfObject | None) -> Iterator[str]:
    """Give what an action and those after it do; a destination does nothing."""
    following: list[PdfObject | None] = [action]
    for one in following:
        if len(following) > _LONGEST_CHAIN:
            yield "javascript"
            return
        if not isinstance(one, DictionaryObject):
            continue
        kind = follow(one, "/S")
        if kind in _ACTING:
            yield _ACTING[kind]
        if kind in _FETCHING:
            yield "fetching_action"
        after = follow(one, "/Next")
        following += list(after) if isinstance(after, ArrayObject) else [after]


def _has_hidden_layers(layers: PdfObject | None) -> bool:
    """Tell whether some content is not shown when the file is opened, or only when printed."""
    shown = follow(layers, "/D") if isinstance(layers, DictionaryObject) else None
    return isinstance(shown, DictionaryObject) and bool(
        entries(shown, "/OFF") or follow(shown, "/BaseState") in {"/OFF", "/Unchanged"}
    )


def _overlap(annotations: list[DictionaryObject]) -> bool:
    """Tell whether fields cover each other; a seal covers a part of its signature by rule."""
    places = [
        (place, follow(annotation, "/FT") == "/Sig")
        for annotation in annotations
        if follow(annotation, "/Subtype") == "/Widget" and (place := rectangle_of(annotation))
    ]
    return any(
        _meet(one, other)
        for (one, signs), (other, seals) in combinations(places, 2)
        if not (signs and seals)
    )


def _meet(one: Rectangle, other: Rectangle) -> bool:
    return one[0] < other[2] and other[0] < one[2] and one[1] < other[3] and other[1] < one[3]
