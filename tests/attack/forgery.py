"""What an attacker does to a signed file: one small step each, for the tests to put together."""

from io import BytesIO

from pyhanko.pdf_utils import generic
from pyhanko.pdf_utils.generic import pdf_name, pdf_string
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.pdf_utils.writer import PageObject
from pyhanko.sign.fields import SigFieldSpec, append_signature_field


class Forger(IncrementalPdfFileWriter):
    """Adds an update behind a signed file."""

    @classmethod
    def of(cls, pdf: bytes) -> "Forger":
        return cls(BytesIO(pdf))

    def _update_meta(self) -> None:
        """Leave no more traces than needed."""

    def field(self, name: str) -> generic.DictionaryObject:
        fields = [reference.get_object() for reference in self.root["/AcroForm"]["/Fields"]]
        return next(field for field in fields if field["/T"] == name)

    def done(self) -> bytes:
        out = BytesIO()
        self.write(out)
        return out.getvalue()


def change_value(pdf: bytes, field: str, value: str) -> bytes:
    """Write another value into a text field."""
    forger = Forger.of(pdf)
    changed = forger.field(field)
    changed[pdf_name("/V")] = pdf_string(value)
    forger.update_container(changed)
    return forger.done()


def change_appearance(pdf: bytes, field: str) -> bytes:
    """Let a text field show something else, under the same value."""
    forger = Forger.of(pdf)
    changed = forger.field(field)
    box = generic.ArrayObject(map(generic.NumberObject, (0, 0, 60, 20)))
    content = generic.StreamObject(
        {
            pdf_name("/Type"): pdf_name("/XObject"),
            pdf_name("/Subtype"): pdf_name("/Form"),
            pdf_name("/BBox"): box,
        },
        stream_data=b"0 0 60 20 re f",
    )
    changed["/AP"][pdf_name("/N")] = forger.add_object(content)
    forger.update_container(changed)
    return forger.done()


def move_field(pdf: bytes, field: str) -> bytes:
    """Put a field somewhere else on its page."""
    forger = Forger.of(pdf)
    changed = forger.field(field)
    changed[pdf_name("/Rect")] = generic.ArrayObject(
        map(generic.NumberObject, (100, 600, 200, 650))
    )
    forger.update_container(changed)
    return forger.done()


def replace_page(pdf: bytes) -> bytes:
    """Put other content on the first page (incremental saving attack)."""
    forger = Forger.of(pdf)
    page = forger.find_page_for_modification(0)[0].get_object()
    page[pdf_name("/Contents")] = forger.add_object(
        generic.StreamObject(stream_data=b"0 0 200 200 re f")
    )
    forger.update_container(page)
    return forger.done()


def draw_on_page(pdf: bytes, drawing: bytes) -> bytes:
    """Draw over the first page."""
    forger = Forger.of(pdf)
    forger.add_stream_to_page(0, forger.add_object(generic.StreamObject(stream_data=drawing)))
    return forger.done()


def stamp_page(pdf: bytes) -> bytes:
    """Write over the first page, as programs do that number by stamping."""
    return draw_on_page(pdf, b"10 10 20 20 re f")


def add_page(pdf: bytes) -> bytes:
    """Put another page behind the last."""
    forger = Forger.of(pdf)
    page = PageObject(
        contents=forger.add_object(generic.StreamObject(stream_data=b"50 50 99 99 re f")),
        media_box=(0, 0, 595, 842),
    )
    forger.insert_page(page)
    return forger.done()


def add_note(pdf: bytes) -> bytes:
    """Lay a note over the page (evil annotation attack)."""
    forger = Forger.of(pdf)
    page = forger.find_page_for_modification(0)[0]
    note = generic.DictionaryObject(
        {
            pdf_name("/Type"): pdf_name("/Annot"),
            pdf_name("/Subtype"): pdf_name("/FreeText"),
            pdf_name("/Rect"): generic.ArrayObject(map(generic.NumberObject, (100, 600, 400, 700))),
            pdf_name("/Contents"): pdf_string("Số: 999/QĐ-UBND"),
        }
    )
    forger.register_annotation(page, forger.add_object(note))
    return forger.done()


def share_signature(pdf: bytes, source: str, target: str) -> bytes:
    """Show one field's signature in another field, too."""
    forger = Forger.of(pdf)
    changed = forger.field(target)
    changed[pdf_name("/V")] = forger.field(source).raw_get("/V")
    forger.update_container(changed)
    return forger.done()


def add_text_field(pdf: bytes, name: str) -> bytes:
    """Add a second field of a known name."""
    forger = Forger.of(pdf)
    page = forger.find_page_for_modification(0)[0]
    field = forger.add_object(
        generic.DictionaryObject(
            {
                pdf_name("/Type"): pdf_name("/Annot"),
                pdf_name("/Subtype"): pdf_name("/Widget"),
                pdf_name("/FT"): pdf_name("/Tx"),
                pdf_name("/T"): pdf_string(name),
                pdf_name("/V"): pdf_string("999"),
                pdf_name("/Rect"): generic.ArrayObject(
                    map(generic.NumberObject, (100, 600, 200, 620))
                ),
            }
        )
    )
    fields = forger.root["/AcroForm"]["/Fields"]
    fields.append(field)
    forger.update_container(fields)
    forger.register_annotation(page, field)
    return forger.done()


def add_signature_field(pdf: bytes, name: str) -> bytes:
    """Add a visible signature field that nobody has signed."""
    forger = Forger.of(pdf)
    append_signature_field(forger, SigFieldSpec(name, box=(60, 100, 145, 185)))
    return forger.done()
