"""What a ZIP container may hold: plain archives, and the Office files that are archives too.

Only the directory is read, nothing is unpacked, so a bomb stays wrapped.
"""

import io
import re
import zipfile
from pathlib import PurePosixPath

from kernel.errors import Refused

_RUNS = re.compile(
    "app|apk|bat|bin|cmd|com|cpl|dll|dmg|elf|exe|gadget|hta|inf|iso|jar|jse?|lnk|msc|msi|msp|"
    "pif|ps1|psm1|py|reg|scr|sh|so|sys|url|vb|vbe|vbs|ws|wsc|wsf|wsh|xll"
)
_ARCHIVE = re.compile("7z|bz2|cab|gz|rar|tar|tgz|xz|zip")
_MACROS = ("vbaproject.bin", "vbadata.xml", "/macrosheets/", "/activex/")
_OFFICE_FOLDERS = {"docx": "word/", "xlsx": "xl/", "pptx": "ppt/"}
_MOST_ENTRIES = 5_000
_LARGEST_UNPACKED = 1 << 30
_HARMLESS_UNPACKED = 64 << 20
_HIGHEST_RATIO = 100
_ENCRYPTED_BIT = 0x1


def runs(extension: str) -> bool:
    """Say whether a double click on a file of that extension runs it."""
    return _RUNS.fullmatch(extension) is not None


def require_archive(data: bytes) -> None:
    """Check a plain archive.

    Raises:
        Refused: It is damaged, encrypted, a bomb, or holds what may run or hide.
    """
    for entry in _entries(data, "zip"):
        if _escapes(entry.filename):
            raise Refused("documents.file_path_in_archive", name=_shown(entry))
        extension = entry.filename.lower().rstrip(" .").rpartition(".")[2]
        if runs(extension):
            raise Refused("documents.file_executable", name=_shown(entry))
        if _ARCHIVE.fullmatch(extension):
            raise Refused("documents.file_nested_archive", name=_shown(entry))


def require_office(data: bytes, extension: str) -> None:
    """Check an Office file (``docx``, ``xlsx``, ``pptx``).

    Raises:
        Refused: It is no such file, is damaged or a bomb, or carries macros.
    """
    names = [entry.filename.lower() for entry in _entries(data, extension)]
    folder = _OFFICE_FOLDERS[extension]
    if "[content_types].xml" not in names or not any(name.startswith(folder) for name in names):
        raise Refused("documents.file_not_what_it_says", extension=extension)
    if any(sign in f"/{name}" for name in names for sign in _MACROS):
        raise Refused("documents.file_macros")


def _entries(data: bytes, extension: str) -> list[zipfile.ZipInfo]:
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            entries = archive.infolist()
    except (zipfile.BadZipFile, ValueError, NotImplementedError) as error:
        raise Refused("documents.file_not_what_it_says", extension=extension) from error
    unpacked = sum(entry.file_size for entry in entries)
    if (
        len(entries) > _MOST_ENTRIES
        or unpacked > _LARGEST_UNPACKED
        or (unpacked > _HARMLESS_UNPACKED and unpacked > _HIGHEST_RATIO * len(data))
    ):
        raise Refused("documents.file_bomb")
    if any(entry.flag_bits & _ENCRYPTED_BIT for entry in entries):
        raise Refused("documents.file_encrypted")
    return entries


def _escapes(name: str) -> bool:
    """Tell whether unpacking the entry would write outside the folder it is unpacked in."""
    path = PurePosixPath(name)
    return (
        path.is_absolute()
        or ".." in path.parts
        or "\\" in name
        or any(":" in part for part in path.parts[:1])
    )


def _shown(entry: zipfile.ZipInfo) -> str:
    return PurePosixPath(entry.filename).name[:100]
