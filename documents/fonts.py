"""The fonts a page may be set in: the agency's Times New Roman, else its packaged metric twin.

Fonts of the machine are never used: the same content must give the same page everywhere. Reading
font files takes longer than setting a page, so each process does it once.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import typst

from documents.rules import rules
from kernel.errors import Unavailable

PACKAGED = Path(__file__).parent.parent / "node_modules" / "@expo-google-fonts"
"""Where set-up puts the packaged fonts."""

_BOLD = 700
_STYLES = {("normal", 400), ("normal", _BOLD), ("italic", 400), ("italic", _BOLD)}


@dataclass(frozen=True, slots=True)
class Fonts:
    """Opened font files."""

    engine: typst.Fonts
    families: tuple[str, ...]
    """The family of the page first; then what else there is, for letters that it lacks."""

    @classmethod
    def open(cls, folders: Iterable[Path]) -> "Fonts":
        """Open the font files in the folders and below.

        Raises:
            Unavailable: No family that passes as Times New Roman is there in all four styles.
        """
        return _open(tuple(folders))


@cache
def _open(folders: tuple[Path, ...]) -> Fonts:
    engine = typst.Fonts(
        include_system_fonts=False,
        include_embedded_fonts=False,
        font_paths=[str(folder) for folder in folders],
    )
    styles: dict[str, set[tuple[str, int]]] = {}
    for font in engine.fonts():
        styles.setdefault(font.family, set()).add((font.style, font.weight))
    chosen = next((name for name in rules().fonts if styles.get(name, set()) >= _STYLES), None)
    if chosen is None:
        raise Unavailable("documents.font_missing", folders=", ".join(map(str, folders)))
    return Fonts(engine, (chosen, *sorted(set(styles) - {chosen})))
