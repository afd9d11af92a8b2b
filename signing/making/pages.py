# (pyHanko is typed in part only)

"""Walking the pages of a file of which nothing is known."""

from collections.abc import Iterator
from typing import Any

from pyhanko.pdf_utils.generic import (
    ArrayObject,
    DictionaryObject,
    IndirectObject,
    Reference,
)
from pyhanko.pdf_utils.rw_common import PdfHandler

from kernel.places import Rectangle

_DEEPEST = 50
_MOST = 20_000


def follow(dictionary: DictionaryObject, key: str) -> Any:  # noqa: ANN401 - whatever stands there
    """Give what stands under a key, or what the reference there leads to.

    ``dict.get`` of pyHanko's dictionaries gives the bare reference instead.
    """
    try:
        return dictionary[key]
    except KeyError:  # missing, or null, which is the same in a PDF
        return None


def entries(dictionary: DictionaryObject, key: str) -> ArrayObject | tuple[()]:
    """Give the array under a key, wherever it stands; nothing where there is none."""
    array = follow(dictionary, key)
    return array if isinstance(array, ArrayObject) else ()


def pages_of(revision: PdfHandler) -> Iterator[DictionaryObject]:
    """Give the pages of a revision in order.

    Raises:
        ValueError: The tree of pages is too deep, too large or runs in circles.
    """
    seen: set[Reference] = set()
    for page in _under(revision.root["/Pages"], seen, 0):
        yield page
        if len(seen) > _MOST:
            raise ValueError("too many pages")


def _under(node: DictionaryObject, seen: set[Reference], depth: int) -> Iterator[DictionaryObject]:
    if depth > _DEEPEST:
        raise ValueError("the tree of pages is too deep")
    for reference in entries(node, "/Kids"):
        kid = reference
        if isinstance(reference, IndirectObject):
            if reference.reference in seen:
                raise ValueError("the tree of pages runs in circles")
            seen.add(reference.reference)
            kid = reference.get_object()
        if "/Kids" in kid:
            yield from _under(kid, seen, depth + 1)
        else:
            yield kid


def annotations_of(page: DictionaryObject) -> Iterator[tuple[Reference | None, DictionaryObject]]:
    """Give the annotations of a page, each with its reference where it has one."""
    for entry in entries(page, "/Annots"):
        reference = entry.reference if isinstance(entry, IndirectObject) else None
        annotation = entry.get_object()
        if isinstance(annotation, DictionaryObject):
            yield reference, annotation


def rectangle_of(annotation: DictionaryObject) -> Rectangle | None:
    """Give where an annotation stands; None where it takes no room."""
    try:
        left, bottom, right, top = (float(number) for number in annotation["/Rect"])
    except (KeyError, TypeError, ValueError):
        return None
    left, right = sorted((left, right))
    bottom, top = sorted((bottom, top))
    return (left, bottom, right, top) if right > left and top > bottom else None
