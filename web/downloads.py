"""Bytes for the browser: files always to be saved, our own PDFs and page pictures to be looked at.

Pictures may rest a while in the reader's own browser, which asks for the same page often; no
cache in between may.
"""

from functools import lru_cache
from urllib.parse import quote

from flask import Response

from documents.pictures import page_count, page_picture
from kernel.text import fold
from web import here

_KEPT = "private, max-age=600"
_PDF = "application/pdf"


def file(name: str, media_type: str, sha256: str) -> Response:
    """Send an attached file, to be saved and never to be opened in our pages."""
    return named_bytes(here.office().artifacts.get(sha256), media_type, "attachment", name)


def pdf(name: str, sha256: str) -> Response:
    """Send a PDF that we made ourselves; the browser may show it."""
    return named_bytes(here.office().artifacts.get(sha256), _PDF, "inline", name)


def picture(sha256: str, page: int, dpi: int = 110) -> Response:
    """Send the picture of a page, counted from 1, made from exactly the bytes of that name.

    Raises:
        NotFound: There is no such page.
        Refused: The bytes are no PDF that can be opened.
    """
    image = page_picture(here.office().artifacts.get(sha256), page - 1, dpi)
    return Response(image, mimetype="image/png", headers={"Cache-Control": _KEPT})


@lru_cache(maxsize=1024)
def _pages(sha256: str) -> int:
    return page_count(here.office().artifacts.get(sha256))


def pages(sha256: str) -> int:
    """Count the pages of a stored PDF; bytes of one name never change, so it is counted once.

    Raises:
        Refused: The bytes are no PDF that can be opened.
    """
    return _pages(sha256)


def named_bytes(data: bytes, media_type: str, disposition: str, name: str) -> Response:
    """Send bytes under a name, ``inline`` or as an ``attachment``."""
    plain = fold(name).replace('"', "").replace("\\", "")
    bare = plain.encode("ascii", "replace").decode()
    answer = Response(data, mimetype=media_type)
    answer.headers["Content-Disposition"] = (
        f"{disposition}; filename=\"{bare}\"; filename*=UTF-8''{quote(name, safe='')}"
    )
    return answer
