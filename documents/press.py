"""The one door to Typst: templates in, data in, PDF out.

Data travels as JSON text in ``sys.inputs`` and is parsed inside the template, so nothing that a
person typed is ever part of a program. A compiler belongs to one call: it is cheap, and not made
for two threads; the fonts, which are dear, are shared.
"""

import json
import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

import typst

from documents.fonts import Fonts
from kernel.errors import Refused

if TYPE_CHECKING:
    from typst import PDFStandard  # a name of the type stubs only

_TEMPLATES = Path(__file__).parent.parent / "templates" / "documents"
_NO_GLYPH = re.compile(r'the text `"(.+?)"` could not be displayed')


class Sheet:
    """One compiled template: its PDF, and what the template tells about it."""

    def __init__(self, compiler: typst.Compiler, pdf: bytes) -> None:
        self._compiler = compiler
        self.pdf = pdf

    def told(self, label: str) -> list[Any]:
        """Give the values of all metadata with that label, in reading order."""
        found: list[Any] = json.loads(self._compiler.query(f"<{label}>", field="value"))
        return found


def press(
    template: str, data: Mapping[str, Any], fonts: Fonts, *, standards: "Sequence[PDFStandard]" = ()
) -> Sheet:
    """Compile a template with its data; ``standards`` such as ``a-2a`` also turn on the tags.

    Raises:
        Refused: A letter is in none of the fonts.
        TypstError: Something else in the data does not fit the template.
    """
    inputs = {name: json.dumps(value, ensure_ascii=False) for name, value in data.items()}
    compiler = typst.Compiler(
        str(_TEMPLATES / template),
        root=str(_TEMPLATES),
        font_paths=fonts.engine,
        ignore_system_fonts=True,
        sys_inputs=inputs | {"fonts": json.dumps(fonts.families, ensure_ascii=False)},
    )
    try:
        pdf = compiler.compile(
            format="pdf", pdf_standards=list(standards), pdf_tags=bool(standards)
        )
    except typst.TypstError as error:
        if letter := _NO_GLYPH.search(error.message):
            raise Refused("documents.letter_missing", letter=letter[1]) from error
        raise
    return Sheet(compiler, cast("bytes", pdf))
