"""Sample contents (invented people) and the typesetter with the packaged fonts."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from documents.content import Content
from documents.fonts import PACKAGED
from documents.typeset import Typesetter

SAMPLES = Path(__file__).parents[2] / "data" / "documents"
Compose = Callable[..., Content]


@pytest.fixture(scope="session")
def typesetter() -> Typesetter:
    return Typesetter([PACKAGED])


@pytest.fixture(scope="session")
def compose() -> Compose:
    """Give the sample of that name, with some fields changed."""

    def composed(name: str, **changes: Any) -> Content:
        content = Content.model_validate_json((SAMPLES / f"{name}.json").read_bytes())
        return Content.model_validate(content.model_dump() | changes)

    return composed
