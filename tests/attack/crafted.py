"""Files put together byte by byte: what no writer would write."""

import re
import zlib

_PART = re.compile(rb"/ByteRange\s*\[\s*0\s+(\d+)\s+(\d+)\s+(\d+)\s*\]")


def wrap(pdf: bytes) -> bytes:
    """Move the second signed part behind new content (signature wrapping attack).

    The hexadecimal string is closed early, and a second /ByteRange is written into the zeros that
    no signature covers.
    """
    first, second, length = map(int, [*_PART.finditer(pdf)][-1].groups())
    hole = pdf[first:second]
    content = hole[1:-1].rstrip(b"0")
    injected = b"\n1 0 obj\n<</Type/Catalog>>\nendobj\n"
    place = second + length + len(injected)
    wrapped = b">/ByteRange [0 %d %d %d] /X <" % (first, place, length)
    room = len(hole) - 2 - len(content) - len(wrapped)
    new_hole = b"<" + content + wrapped + b"0" * room + b">"
    return pdf[:first] + new_hole + pdf[second:] + injected + pdf[second:]


def widen_hole(pdf: bytes) -> bytes:
    """Leave bytes behind the signature unsigned."""
    match = [*_PART.finditer(pdf)][-1]
    first, second, length = map(int, match.groups())
    wider = b"/ByteRange [0 %d %d %d]" % (first, second + 20, length - 20)
    return pdf[: match.start()] + wider.ljust(len(match[0])) + pdf[match.end() :]


def overlap(pdf: bytes) -> bytes:
    """Let the second part begin inside the first."""
    match = [*_PART.finditer(pdf)][-1]
    first, _, length = map(int, match.groups())
    other = b"/ByteRange [0 %d %d %d]" % (first, first - 50, length)
    return pdf[: match.start()] + other.ljust(len(match[0])) + pdf[match.end() :]


def small_file(*objects: bytes, trailer: bytes = b"") -> bytes:
    """Write a file of given objects, numbered from 1; the first is the catalogue."""
    out, places = b"%PDF-1.7\n", []
    for number, content in enumerate(objects, start=1):
        places.append(len(out))
        out += b"%d 0 obj\n%s\nendobj\n" % (number, content)
    table = b"".join(b"%010d 00000 n \n" % place for place in places)
    head = b"xref\n0 %d\n0000000000 65535 f \n" % (len(objects) + 1)
    end = b"trailer\n<< /Size %d /Root 1 0 R %s >>\n" % (len(objects) + 1, trailer)
    return out + head + table + end + b"startxref\n%d\n%%%%EOF\n" % len(out)


def deflated(size: int) -> bytes:
    """Give a stream that unpacks to ``size`` zero bytes, packed twice."""
    packed = zlib.compress(zlib.compress(b"\0" * size, 9), 9)
    filters = b"/Filter [/FlateDecode /FlateDecode]"
    return b"<< /Length %d %s >>\nstream\n%s\nendstream" % (len(packed), filters, packed)


_FORM = b"<< /Type /Catalog /Pages 2 0 R /AcroForm << /Fields [3 0 R] >> %s >>"
_PAGES = b"<< /Type /Pages /Kids [] /Count 0 >>"
_FIELD = b"<< /FT /Sig /T (Ky) /V 4 0 R %s >>"
_SIGNATURE = (
    b"<< /Type /Sig /Filter /Adobe.PPKLite /SubFilter /ETSI.CAdES.detached "
    b"/ByteRange [0 10 20 30] /Contents <%s> >>"
)
_EMPTY = b"30800000"

_NEST = 20_000
BOMBS: dict[str, bytes] = {
    "validation data that unpacks without end": small_file(
        _FORM % b"/DSS << /Certs [5 0 R] /CRLs [5 0 R] /OCSPs [5 0 R] >>",
        _PAGES,
        _FIELD % b"",
        _SIGNATURE % _EMPTY,
        deflated(1_000_000_000),
    ),
    "pages in a circle": small_file(
        _FORM % b"",
        b"<< /Type /Pages /Kids [2 0 R 2 0 R] /Count 2 >>",
        _FIELD % b"",
        _SIGNATURE % _EMPTY,
    ),
    "fields in a circle": small_file(
        _FORM % b"", _PAGES, _FIELD % b"/Kids [3 0 R]", _SIGNATURE % _EMPTY
    ),
    "parents in a circle": small_file(
        _FORM % b"", _PAGES, b"<< /T (Ky) /Parent 3 0 R /V 4 0 R >>", _SIGNATURE % _EMPTY
    ),
    "arrays in arrays": small_file(
        _FORM % b"",
        _PAGES,
        _FIELD % (b"/Lock " + b"[" * _NEST + b"]" * _NEST),
        _SIGNATURE % _EMPTY,
    ),
    "a reference to itself": small_file(_FORM % b"", _PAGES, b"3 0 R", _SIGNATURE % _EMPTY),
    "a table that leads to itself": small_file(
        _FORM % b"", _PAGES, _FIELD % b"", _SIGNATURE % _EMPTY, trailer=b"/Prev 9"
    ),
    "a signature of megabytes": small_file(
        _FORM % b"", _PAGES, _FIELD % b"", _SIGNATURE % (b"30" * 4_000_000)
    ),
    "ASN.1 in ASN.1": small_file(
        _FORM % b"", _PAGES, _FIELD % b"", _SIGNATURE % (b"3080" * 100_000)
    ),
    "numbers without end": small_file(
        _FORM % b"", _PAGES, _FIELD % (b"/Rect [" + b"9" * 1_000_000 + b"]"), _SIGNATURE % _EMPTY
    ),
    "many fields": small_file(
        b"<< /Type /Catalog /Pages 2 0 R /AcroForm << /Fields ["
        + b" ".join(b"%d 0 R" % n for n in range(3, 3003))
        + b"] >> >>",
        _PAGES,
        *(b"<< /FT /Sig /T (K%d) /V 3003 0 R >>" % n for n in range(3, 3003)),
        _SIGNATURE % _EMPTY,
    ),
}
