"""The pairing of this computer with one account at one address, kept in a file of the person's own.

The token in it lets the server give this computer documents to sign; it opens no key. It is sent to
the address it came from and to no other.
"""

import json
import os
import sys
from dataclasses import asdict, dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

from kernel.errors import Refused

_FILE = "pairing.json"
_OTHERS = 0o077
_LOOPBACK = {"127.0.0.1", "localhost", "::1"}


@dataclass(frozen=True, slots=True)
class Pairing:
    """Which account at which address this computer signs for."""

    origin: str
    person: str
    username: str
    token: str = field(repr=False)

    def keep(self, folder: Path) -> None:
        """Write the pairing so that only this person may read it."""
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        made = folder / f"{_FILE}.new"
        made.unlink(missing_ok=True)
        made.touch(mode=0o600)
        made.write_text(json.dumps(asdict(self)), encoding="utf-8")
        made.replace(folder / _FILE)


def kept(folder: Path) -> Pairing:
    """Read the pairing.

    Raises:
        Refused: ``agent.not_paired``, ``agent.pairing_open``, ``agent.pairing_broken``.
    """
    file = folder / _FILE
    if not file.exists():
        raise Refused("agent.not_paired")
    if os.name == "posix" and file.stat().st_mode & _OTHERS:
        raise Refused("agent.pairing_open", file=str(file))
    try:
        read = Pairing(**json.loads(file.read_text(encoding="utf-8")))
    except (ValueError, TypeError) as error:
        raise Refused("agent.pairing_broken", file=str(file)) from error
    if safe_origin(read.origin) != read.origin:
        raise Refused("agent.pairing_broken", file=str(file))
    return read


def forget(folder: Path) -> None:
    """Delete the pairing."""
    (folder / _FILE).unlink(missing_ok=True)


def safe_origin(address: str) -> str:
    """Give the origin of an address: https, or http on this very computer.

    Raises:
        Refused: ``agent.unsafe_origin``.
    """
    try:
        parts = urlsplit(address.strip().rstrip("/"))
        host, port = parts.hostname or "", parts.port
    except ValueError as error:
        raise Refused("agent.unsafe_origin", origin=address) from error
    safe = parts.scheme == "https" or (parts.scheme == "http" and host in _LOOPBACK)
    if not safe or not host or parts.username is not None or (parts.path + parts.query):
        raise Refused("agent.unsafe_origin", origin=address)
    name = f"[{host}]" if ":" in host else host
    return f"{parts.scheme}://{name}" + (f":{port}" if port else "")


def usual_folder() -> Path:
    """Give where this system keeps a person's settings."""
    if sys.platform == "win32":
        return Path(os.environ.get("APPDATA", Path.home())) / "VanThu"
    if sys.platform == "darwin":
        return Path.home() / "Library" / "Application Support" / "VanThu"
    return Path(os.environ.get("XDG_CONFIG_HOME", Path.home() / ".config")) / "vanthu"
