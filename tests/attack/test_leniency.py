"""What the rules let pass for the sake of common writers must let nothing else pass."""

from collections.abc import Callable

import pytest
from pyhanko.pdf_utils import generic
from pyhanko.pdf_utils.generic import pdf_name, pdf_string

from signing.checking.verdict import Conclusion, Modifications
from tests.attack.forgery import Forger
from tests.unit.signing.desk import Desk

Change = Callable[[Forger], None]


def changed(pdf: bytes, change: Change) -> bytes:
    forger = Forger.of(pdf)
    change(forger)
    return forger.done()


def dictionary(**entries: generic.PdfObject) -> generic.DictionaryObject:
    return generic.DictionaryObject({pdf_name(f"/{key}"): value for key, value in entries.items()})


def array(*items: generic.PdfObject) -> generic.ArrayObject:
    return generic.ArrayObject(items)


def stream(data: bytes = b"0 0 300 300 re f") -> generic.StreamObject:
    return generic.StreamObject(stream_data=data)


def store(forger: Forger, **entries: generic.PdfObject) -> None:
    forger.root[pdf_name("/DSS")] = dictionary(**entries)
    forger.update_root()


def plain_store(forger: Forger) -> None:
    store(forger, Certs=array(forger.add_object(stream(b"x"))), VRI=dictionary())


def store_over_a_page(forger: Forger) -> None:
    """Replace a page's content in place, and call the new content a certificate."""
    page = forger.find_page_for_modification(0)[0].get_object()
    content = page.raw_get("/Contents")
    reference = content if isinstance(content, generic.IndirectObject) else content.raw_get(0)
    forger.objects[(reference.generation, reference.idnum)] = stream()
    store(forger, Certs=array(reference))


def store_of_another_shape(forger: Forger) -> None:
    store(forger, Certs=array(forger.add_object(dictionary())))


def store_with_more(forger: Forger) -> None:
    store(forger, More=array(forger.add_object(stream())))


def store_with_a_page(forger: Forger) -> None:
    page = forger.find_page_for_modification(0)[0]
    page.get_object()[pdf_name("/Rotate")] = generic.NumberObject(90)
    forger.update_container(page.get_object())
    store(forger, VRI=dictionary(**{"A" * 40: dictionary(Cert=array(page))}))


def tree(forger: Forger) -> generic.DictionaryObject:
    return forger.root["/StructTreeRoot"]


def top(forger: Forger) -> generic.DictionaryObject:
    kids = tree(forger)["/K"]
    return (kids[0] if isinstance(kids, generic.ArrayObject) else kids).get_object()


def other_words_for_a_reader(forger: Forger) -> None:
    element = top(forger)
    element[pdf_name("/ActualText")] = pdf_string("Bãi bỏ Quyết định này")
    forger.update_container(element)


def other_order(forger: Forger) -> None:
    element = top(forger)
    element[pdf_name("/K")] = generic.ArrayObject(reversed(list(element["/K"])))
    forger.update_container(element)


def further_paragraph(forger: Forger) -> None:
    element = top(forger)
    words = dictionary(S=pdf_name("/P"), ActualText=pdf_string("Thêm một điều"))
    element["/K"].append(forger.add_object(words))
    forger.update_container(element)


def field_element_with_words(forger: Forger) -> None:
    element = top(forger)
    words = dictionary(S=pdf_name("/Form"), ActualText=pdf_string("Thêm một điều"))
    element["/K"].append(forger.add_object(words))
    forger.update_container(element)


def field_element_over_a_note(forger: Forger) -> None:
    page = forger.find_page_for_modification(0)[0]
    box = array(*map(generic.NumberObject, (50, 700, 300, 800)))
    note = forger.add_object(
        dictionary(Type=pdf_name("/Annot"), Subtype=pdf_name("/FreeText"), Rect=box)
    )
    forger.register_annotation(page, note)
    held = dictionary(Type=pdf_name("/OBJR"), Obj=note)
    element = top(forger)
    element["/K"].append(forger.add_object(dictionary(S=pdf_name("/Form"), K=held)))
    forger.update_container(element)


@pytest.mark.parametrize(
    "change",
    [
        store_over_a_page,
        store_of_another_shape,
        store_with_more,
        store_with_a_page,
        other_words_for_a_reader,
        other_order,
        further_paragraph,
        field_element_with_words,
        field_element_over_a_note,
    ],
)
@pytest.mark.parametrize("stage", ["signed", "sealed"])
def test_a_change_dressed_as_a_harmless_one_is_caught(
    desk: Desk, stage: str, change: Change, request: pytest.FixtureRequest
) -> None:
    verdict = desk.verdict(changed(request.getfixturevalue(stage), change), expecting=False)

    assert verdict.conclusion is Conclusion.TOTAL_FAILED
    assert verdict.modifications is Modifications.FORBIDDEN


def test_validation_data_may_be_added_and_replaced(desk: Desk, sealed: bytes) -> None:
    once = changed(sealed, plain_store)
    twice = changed(once, plain_store)

    for pdf in (once, twice):
        verdict = desk.verdict(pdf, full=True)
        assert verdict.conclusion is Conclusion.TOTAL_PASSED
        assert verdict.modifications is Modifications.PERMITTED
