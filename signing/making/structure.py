# (pyHanko is typed in part only)

"""Fields in the document's structure tree, so that a tagged PDF (PDF/A-2a, PDF/UA) stays honest.

Each new field becomes a ``Form`` element at the end of the document element: it is read out by its
tooltip, and a reader of the tree can reach it.
"""

from dataclasses import dataclass

from pyhanko.pdf_utils import generic
from pyhanko.pdf_utils.generic import ArrayObject, DictionaryObject, NumberObject, pdf_name

from signing.making.pages import follow
from signing.making.update import UNREADABLE, Update

_DEEPEST = 16
"""Levels of a number tree; a tree that refers to itself would have no end."""


@dataclass(frozen=True, slots=True)
class _Tree:
    """The places of a structure tree where something is added."""

    root: DictionaryObject
    document: generic.IndirectObject
    branches: tuple[DictionaryObject, ...]
    """From the root of the parent tree to its last leaf."""
    key: int
    """The next free one."""


def tag_field(update: Update, page: generic.IndirectObject, widget: generic.IndirectObject) -> bool:
    """Give ``widget`` a ``Form`` element; tell whether the tree let it, if there is one at all."""
    if "/StructTreeRoot" not in update.root:
        return True
    try:
        tree = _tree(update.root["/StructTreeRoot"])
    except UNREADABLE:
        return False
    element = update.add_object(_element(tree.document, page, widget))
    _append_kid(update, tree.document.get_object(), element)
    _number(update, tree, element)
    widget.get_object()[pdf_name("/StructParent")] = NumberObject(tree.key)
    page.get_object()[pdf_name("/Tabs")] = pdf_name("/S")
    update.mark_update(page)
    return True


def _tree(root: DictionaryObject) -> _Tree:
    """Find the places.

    Raises:
        LookupError, TypeError, ValueError, AttributeError: The tree is not as it should be.
    """
    top = root.raw_get("/K")
    if isinstance(root["/K"], ArrayObject):
        top = root["/K"].raw_get(0)
    if not isinstance(top, generic.IndirectObject):
        raise TypeError(top)
    branches = [root["/ParentTree"]]
    while "/Kids" in branches[-1]:
        branches.append(branches[-1]["/Kids"][-1])
        if len(branches) > _DEEPEST:
            raise ValueError(branches)
    last = int(branches[-1]["/Nums"][-2])
    key = max(last + 1, int(follow(root, "/ParentTreeNextKey") or 0))
    return _Tree(root, top, tuple(branches), key)


def _element(
    document: generic.IndirectObject, page: generic.IndirectObject, widget: generic.IndirectObject
) -> DictionaryObject:
    reference = DictionaryObject(
        {
            pdf_name("/Type"): pdf_name("/OBJR"),
            pdf_name("/Obj"): widget,
            pdf_name("/Pg"): page,
        }
    )
    return DictionaryObject(
        {
            pdf_name("/Type"): pdf_name("/StructElem"),
            pdf_name("/S"): pdf_name("/Form"),
            pdf_name("/P"): document,
            pdf_name("/Pg"): page,
            pdf_name("/K"): reference,
        }
    )


def _append_kid(
    update: Update, document: DictionaryObject, element: generic.IndirectObject
) -> None:
    kids = follow(document, "/K")
    if isinstance(kids, ArrayObject):
        kids.append(element)
        update.update_container(kids)
        return
    only = [] if kids is None else [document.raw_get("/K")]
    document[pdf_name("/K")] = ArrayObject([*only, element])
    update.update_container(document)


def _number(update: Update, tree: _Tree, element: generic.IndirectObject) -> None:
    """List the element under its key, and let every branch know how far it reaches."""
    numbers = tree.branches[-1]["/Nums"]
    numbers.extend([NumberObject(tree.key), element])
    update.update_container(numbers)
    for branch in tree.branches:
        if "/Limits" in branch:
            branch[pdf_name("/Limits")] = ArrayObject(
                [branch["/Limits"][0], NumberObject(tree.key)]
            )
            update.update_container(branch)
    tree.root[pdf_name("/ParentTreeNextKey")] = NumberObject(tree.key + 1)
    update.update_container(tree.root)
