# (pyHanko is typed in part only)

"""How a rule clears an object that an update wrote: only in the ways it was meant to be reached."""

from collections.abc import Iterator
from typing import TypeGuard

from pyhanko.pdf_utils.generic import DictionaryObject, PdfObject, Reference, StreamObject
from pyhanko.pdf_utils.reader import HistoricalResolver
from pyhanko.sign.diff_analysis import ReferenceUpdate
from pyhanko.sign.diff_analysis.rules_api import Context


def only_under(
    place: tuple[str, ...], reference: Reference, old: HistoricalResolver
) -> Iterator[ReferenceUpdate]:
    """Clear a reference where it was reached through a place; other ways stay unexplained."""
    usages = old._get_usages_of_ref(reference)  # noqa: SLF001 - the library's rules ask it so, too
    if not usages:
        yield ReferenceUpdate(reference)
    for path in usages:
        if tuple(path.path[: len(place)]) == place:
            yield ReferenceUpdate(reference, context_checked=Context.from_absolute(old, path))


def is_plain(dictionary: PdfObject) -> TypeGuard[DictionaryObject]:
    """Tell whether an object is a dictionary and no stream."""
    return isinstance(dictionary, DictionaryObject) and not isinstance(dictionary, StreamObject)
