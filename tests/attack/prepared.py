"""Documents prepared in advance, so that they act by themselves or can be changed after signing."""

import re
from collections.abc import Callable

from pyhanko.pdf_utils import generic
from pyhanko.pdf_utils.generic import pdf_name, pdf_string

from tests.attack.forgery import Forger

Preparation = Callable[[bytes], bytes]


def _dictionary(**entries: generic.PdfObject) -> generic.DictionaryObject:
    return generic.DictionaryObject({pdf_name(f"/{key}"): value for key, value in entries.items()})


def _script() -> generic.DictionaryObject:
    return _dictionary(S=pdf_name("/JavaScript"), JS=pdf_string("this.getField('Số').value = 9"))


def _in_catalogue(key: str, value: generic.PdfObject) -> Preparation:
    def prepare(pdf: bytes) -> bytes:
        forger = Forger.of(pdf)
        forger.root[pdf_name(key)] = value
        forger.update_root()
        return forger.done()

    return prepare


def _in_form(key: str, value: generic.PdfObject) -> Preparation:
    def prepare(pdf: bytes) -> bytes:
        forger = Forger.of(pdf)
        form = forger.root["/AcroForm"]
        form[pdf_name(key)] = value
        forger.update_container(form)
        return forger.done()

    return prepare


def _on_page(**entries: generic.PdfObject) -> Preparation:
    """Lay an annotation over the first page."""

    def prepare(pdf: bytes) -> bytes:
        forger = Forger.of(pdf)
        page = forger.find_page_for_modification(0)[0]
        box = generic.ArrayObject(map(generic.NumberObject, (50, 700, 300, 800)))
        note = _dictionary(Type=pdf_name("/Annot"), Rect=box, **entries)
        forger.register_annotation(page, forger.add_object(note))
        return forger.done()

    return prepare


def _embedded() -> generic.DictionaryObject:
    attached = _dictionary(Type=pdf_name("/Filespec"), F=pdf_string("khac.pdf"))
    names = generic.ArrayObject([pdf_string("khac.pdf"), attached])
    return _dictionary(EmbeddedFiles=_dictionary(Names=names))


def _layers() -> generic.DictionaryObject:
    layer = _dictionary(Type=pdf_name("/OCG"), Name=pdf_string("an"))
    hidden = _dictionary(OFF=generic.ArrayObject([layer]))
    return _dictionary(OCGs=generic.ArrayObject([layer]), D=hidden)


_EVENTS = _dictionary(O=_script())

ACTING: dict[str, tuple[Preparation, str]] = {
    "script when opened": (_in_catalogue("/OpenAction", _script()), "javascript"),
    "script by name": (
        _in_catalogue("/Names", _dictionary(JavaScript=_dictionary())),
        "javascript",
    ),
    "script at an event": (_in_catalogue("/AA", _EVENTS), "javascript"),
    "script on a link": (_on_page(Subtype=pdf_name("/Link"), A=_script()), "javascript"),
    "script after an action": (
        _in_catalogue("/OpenAction", _dictionary(S=pdf_name("/GoTo"), Next=_script())),
        "javascript",
    ),
    "program started": (
        _in_catalogue("/OpenAction", _dictionary(S=pdf_name("/Launch"), F=pdf_string("cmd"))),
        "launch_action",
    ),
    "embedded file": (_in_catalogue("/Names", _embedded()), "embedded_file"),
    "attached file": (_on_page(Subtype=pdf_name("/FileAttachment")), "embedded_file"),
    "film": (_on_page(Subtype=pdf_name("/Screen")), "media"),
    "hidden layer": (_in_catalogue("/OCProperties", _layers()), "hidden_layer"),
    "XFA": (_in_form("/XFA", generic.ArrayObject([])), "xfa_form"),
    "fields drawn anew": (
        _in_form("/NeedAppearances", generic.BooleanObject(True)),  # noqa: FBT003 - a PDF object
        "redrawn_fields",
    ),
}
"""By name: what is put into the file, and the code under which it must be told."""


def with_cover(pdf: bytes) -> bytes:
    """Lay a white sheet over the text, to be taken away after signing (shadow, hide)."""
    forger = Forger.of(pdf)
    page = forger.find_page_for_modification(0)[0]
    box = generic.ArrayObject(map(generic.NumberObject, (50, 700, 300, 800)))
    sheet = generic.StreamObject(
        {
            pdf_name("/Type"): pdf_name("/XObject"),
            pdf_name("/Subtype"): pdf_name("/Form"),
            pdf_name("/BBox"): generic.ArrayObject(map(generic.NumberObject, (0, 0, 250, 100))),
        },
        stream_data=b"1 1 1 rg 0 0 250 100 re f",
    )
    cover = _dictionary(
        Type=pdf_name("/Annot"),
        Subtype=pdf_name("/Stamp"),
        Rect=box,
        AP=_dictionary(N=forger.add_object(sheet)),
    )
    forger.register_annotation(page, forger.add_object(cover))
    return forger.done()


def uncover(pdf: bytes) -> bytes:
    """Take the sheet away again."""
    forger = Forger.of(pdf)
    page = forger.find_page_for_modification(0)[0].get_object()
    kept = [
        reference for reference in page["/Annots"] if reference.get_object()["/Subtype"] != "/Stamp"
    ]
    page[pdf_name("/Annots")] = generic.ArrayObject(
        generic.IndirectObject(one.idnum, one.generation, forger) for one in kept
    )
    forger.update_container(page)
    return forger.done()


def replace_font(pdf: bytes) -> bytes:
    """Put another font in the place of the first page's own (shadow, replace)."""
    forger = Forger.of(pdf)
    fonts = forger.find_page_for_modification(0)[0].get_object()["/Resources"]["/Font"]
    font = next(iter(fonts.values())).get_object()
    font[pdf_name("/Encoding")] = pdf_name("/Identity-V")
    forger.update_container(font)
    return forger.done()


def hide_and_replace(pdf: bytes) -> bytes:
    """Let the catalogue lead to other pages."""
    forger = Forger.of(pdf)
    pages = forger.root["/Pages"]
    other = generic.DictionaryObject(pages)
    other[pdf_name("/Kids")] = generic.ArrayObject(list(pages["/Kids"])[:1])
    other[pdf_name("/Count")] = generic.NumberObject(1)
    forger.root[pdf_name("/Pages")] = forger.add_object(other)
    forger.update_root()
    return forger.done()


def delete_note(pdf: bytes) -> bytes:
    """Free every annotation of the first page."""
    forger = Forger.of(pdf)
    page = forger.find_page_for_modification(0)[0].get_object()
    del page["/Annots"]
    forger.update_container(page)
    return forger.done()


def change_information(pdf: bytes) -> bytes:
    """Change only the title in the file's description, which shows nothing."""
    out = Forger.of(pdf)
    out.set_info(out.add_object(_dictionary(Title=pdf_string("khac"))))
    return out.done()


DANGLING = 9_000
"""The number of an object that is referred to and does not exist."""


def with_dangling_content(pdf: bytes) -> bytes:
    """Let the first page refer to content that is not there yet."""
    forger = Forger.of(pdf)
    page = forger.find_page_for_modification(0)[0].get_object()
    missing = generic.IndirectObject(DANGLING, 0, forger)
    page[pdf_name("/Contents")] = generic.ArrayObject([page.raw_get("/Contents"), missing])
    forger.update_container(page)
    return forger.done()


def supply_content(pdf: bytes) -> bytes:
    """Put the content there that was missing, and nothing else."""
    content = b"0 0 300 300 re f"
    begin = len(pdf)
    added = b"%d 0 obj\n<< /Length %d >>\nstream\n%s\nendstream\nendobj\n" % (
        DANGLING,
        len(content),
        content,
    )
    last = pdf[pdf.rindex(b"trailer") :]
    root = re.search(rb"/Root \d+ \d+ R", last)
    assert root
    trailer = b"<< /Size %d /Prev %s %s >>" % (
        DANGLING + 1,
        last.split(b"startxref")[1].split()[0],
        root[0],
    )
    table = b"xref\n%d 1\n%010d 00000 n \ntrailer\n%s\n" % (DANGLING, begin, trailer)
    return pdf + added + table + b"startxref\n%d\n%%%%EOF\n" % (begin + len(added))
