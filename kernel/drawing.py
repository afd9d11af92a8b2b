"""PDFium keeps global state and is not made for threads: whoever draws a page holds this lock."""

from threading import Lock

PDFIUM = Lock()
