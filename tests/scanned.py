"""Scans as an office machine makes them: one picture a page, as large as the sheet."""

import io

from PIL import Image, ImageDraw


def scanned(*, dpi: int = 200, mode: str = "RGB", pages: int = 1) -> bytes:
    """A PDF of A4 sheets that were scanned at ``dpi``."""
    size = (round(8.27 * dpi), round(11.69 * dpi))
    sheets = []
    for number in range(pages):
        sheet = Image.new(mode, size, "white")
        pen = ImageDraw.Draw(sheet)
        for line in range(30):
            top = (2 + line * 0.25) * dpi
            pen.line(
                [(dpi, top), ((6 + line % 3 * 0.5 - number) * dpi, top)], fill="black", width=3
            )
        sheets.append(sheet)
    out = io.BytesIO()
    sheets[0].save(out, "PDF", resolution=dpi, save_all=True, append_images=sheets[1:])
    return out.getvalue()
