# (pyHanko is typed in part only)

"""Fields in the document's structure tree, so that a tagged PDF (PDF/A-2a, PDF/UA) stays honest.

Each reserved field becomes a ``Form`` element at the end of the document element: it is read out by
its tooltip, and a reader of the tree can reach it.
"""

from pyhanko.pdf_utils import generic
from pyhanko.pdf_utils.generic import pdf_name

from kernel.errors import Refused
from signing.update import Update


def tag_field(update: Update, page: generic.IndirectObject, widget: generic.IndirectObject) -> None:
    """Give ``widget`` a ``Form`` element; do nothing in a PDF without structure.

    Raises:
        Refused: ``signing.unknown_structure`` where the tree is not shaped as our typesetter does.
    """
    if "/StructTreeRoot" not in update.root:
        return
    root = update.root["/StructTreeRoot"]
    try:
        document = root["/K"][0]
        numbers = root["/ParentTree"]["/Nums"]
        key = int(root["/ParentTreeNextKey"])
        elements = document["/K"]
    except (KeyError, IndexError, TypeError) as error:
        raise Refused("signing.unknown_structure") from error
    element = update.add_object(
        generic.DictionaryObject(
            {
                pdf_name("/Type"): pdf_name("/StructElem"),
                pdf_name("/S"): pdf_name("/Form"),
                pdf_name("/P"): root["/K"].raw_get(0),
                pdf_name("/Pg"): page,
                pdf_name("/K"): generic.DictionaryObject(
                    {
                        pdf_name("/Type"): pdf_name("/OBJR"),
                        pdf_name("/Obj"): widget,
                        pdf_name("/Pg"): page,
                    }
                ),
            }
        )
    )
    elements.append(element)
    numbers.extend([generic.NumberObject(key), element])
    root[pdf_name("/ParentTreeNextKey")] = generic.NumberObject(key + 1)
    widget.get_object()[pdf_name("/StructParent")] = generic.NumberObject(key)
    page.get_object()[pdf_name("/Tabs")] = pdf_name("/S")
    update.mark_update(page)
    for changed in (root, numbers, elements):
        update.update_container(changed)
