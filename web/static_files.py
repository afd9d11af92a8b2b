"""The built front-end files: a page asks for ``app.css`` and gets the name that carries its hash.

A browser may keep such a file for ever, and a new build has new names.
"""

import json
from pathlib import Path

from flask import Flask, url_for

_YEAR = 31_536_000


def attach(app: Flask) -> None:
    """Let templates name files as they are called in ``web/assets``."""
    app.config["SEND_FILE_MAX_AGE_DEFAULT"] = _YEAR
    manifest = Path(str(app.static_folder)) / "manifest.json"
    names: dict[str, str] = json.loads(manifest.read_text(encoding="utf-8"))

    def asset(name: str) -> str:
        return url_for("static", filename=names[name])

    app.jinja_env.globals["asset"] = asset
