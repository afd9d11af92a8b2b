"""Random words that one installation keeps for itself: passwords of its services, cookie keys.

Each lies in a file of its own that only the installation's user may read, so a backup of ``var``
carries everything and no password ever stands on a command line.
"""

import os
import secrets
from pathlib import Path


def secret(file: Path) -> str:
    """Give the secret kept in ``file``; the first call makes it, readable by its owner only."""
    if not file.exists():
        file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        draft = file.with_name(f"{file.name}.{os.getpid()}")
        descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(descriptor, "w", encoding="ascii") as written:
            written.write(secrets.token_hex(32))
            written.flush()
            os.fsync(descriptor)
        draft.replace(file)
    return file.read_text(encoding="ascii")
