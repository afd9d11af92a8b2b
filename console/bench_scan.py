"""A scan as large as agencies really have, made to measure with: pages of unpacked grey dots."""

import os
from pathlib import Path
from typing import BinaryIO

_WIDTH, _HEIGHT = 2480, 3508
"""A4 at 300 dots per inch."""


def write_scan(file: Path, pages: int) -> None:
    """Write a PDF of so many pages, of 8.7 million bytes each."""
    page_numbers = range(3, 3 + 3 * pages, 3)
    dots = os.urandom(_WIDTH * _HEIGHT)
    show = b"q 595 0 0 842 0 0 cm /Scan Do Q"
    with file.open("wb") as out:
        out.write(b"%PDF-1.7\n")
        offsets = [
            _write(out, 1, b"<</Type/Catalog/Pages 2 0 R>>"),
            _write(
                out,
                2,
                b"<</Type/Pages/Count %d/Kids[%s]/MediaBox[0 0 595 842]>>"
                % (pages, b" ".join(b"%d 0 R" % number for number in page_numbers)),
            ),
        ]
        for number in page_numbers:
            page = (
                b"<</Type/Page/Parent 2 0 R/Contents %d 0 R/Resources<</XObject<</Scan %d 0 R>>>>>>"
            )
            image = (
                b"<</Type/XObject/Subtype/Image/Width %d/Height %d/ColorSpace/DeviceGray"
                b"/BitsPerComponent 8/Length %d>>" % (_WIDTH, _HEIGHT, len(dots))
            )
            offsets += [
                _write(out, number, page % (number + 1, number + 2)),
                _write(out, number + 1, b"<</Length %d>>" % len(show), show),
                _write(out, number + 2, image, dots),
            ]
        table = out.tell()
        out.write(b"xref\n0 %d\n0000000000 65535 f \n" % (len(offsets) + 1))
        out.writelines(b"%010d 00000 n \n" % offset for offset in offsets)
        out.write(b"trailer\n<</Size %d/Root 1 0 R>>\n" % (len(offsets) + 1))
        out.write(b"startxref\n%d\n%%%%EOF\n" % table)


def _write(out: BinaryIO, number: int, dictionary: bytes, stream: bytes | None = None) -> int:
    """Write an object and tell where it begins."""
    offset = out.tell()
    out.write(b"%d 0 obj\n%s" % (number, dictionary))
    if stream is not None:
        out.writelines((b"\nstream\n", stream, b"\nendstream"))
    out.write(b"\nendobj\n")
    return offset
