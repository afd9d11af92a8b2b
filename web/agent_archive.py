"""The agent as one archive for a person's own computer: its few modules, its words, its pins.

It is put together from this very installation, so agent and server always fit each other.
"""

import re
from functools import cache
from io import BytesIO
from pathlib import Path
from zipfile import ZIP_DEFLATED, ZipFile

from kernel.settings import ROOT

MODULES = (
    "agent/*.py",
    *(f"kernel/{name}.py" for name in ("__init__", "drawing", "errors", "places", "words")),
    *(f"signing/{room}__init__.py" for room in ("", "making/", "checking/", "holding/")),
    *(f"signing/{name}.py" for name in ("making/cms", "checking/rendered", "holding/token")),
    *(f"templates/messages/*/{name}.toml" for name in ("agent", "pkcs11", "signing")),
)
"""What the agent imports and says; a test starts it from these alone."""

PACKAGES = frozenset(
    {
        "anyio",
        "asn1crypto",
        "certifi",
        "cffi",
        "cryptography",
        "h11",
        "httpcore",
        "httpx",
        "idna",
        "pillow",
        "pycparser",
        "pypdfium2",
        "python-pkcs11",
        "typing-extensions",
    }
)
"""What it needs from the package index, and what these need."""

FOLDER = "vanthu-agent"
_GUIDE = Path("templates", "agent", "huong-dan.txt")
_PIN = re.compile(r"^(?P<name>[a-z0-9-]+)==", re.MULTILINE)


@cache
def archive() -> bytes:
    """Give the archive."""
    out = BytesIO()
    with ZipFile(out, "w", ZIP_DEFLATED) as packed:
        for pattern in MODULES:
            for file in sorted(ROOT.glob(pattern)):
                packed.write(file, f"{FOLDER}/{file.relative_to(ROOT).as_posix()}")
        packed.write(ROOT / _GUIDE, f"{FOLDER}/HUONG-DAN.txt")
        packed.writestr(f"{FOLDER}/requirements.txt", _pins())
    return out.getvalue()


def _pins() -> str:
    """Give the pins of the agent's packages, with the hashes for every system."""
    whole = (ROOT / "requirements.txt").read_text(encoding="utf-8")
    starts = [match.start() for match in _PIN.finditer(whole)]
    blocks = [whole[i:j] for i, j in zip(starts, [*starts[1:], len(whole)], strict=True)]
    return "".join(block for block in blocks if block.partition("==")[0] in PACKAGES)
