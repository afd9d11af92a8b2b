"""The page of functions that the rules ask for names tests that exist, for every function."""

import ast
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "compliance.md").read_text("utf-8")
ROWS = dict(re.findall(r"^\| ([KV]\d+) \|(.*)$", PAGE, re.MULTILINE))
FUNCTIONS = [f"K{number}" for number in range(1, 12)] + [f"V{number}" for number in range(1, 10)]
NAMED = sorted(set(re.findall(r"`(tests/[\w/]+\.py)::(test_\w+)`", PAGE)))


def test_every_function_has_its_row() -> None:
    assert list(ROWS) == FUNCTIONS


@pytest.mark.parametrize("function", FUNCTIONS)
def test_every_function_is_proven_by_a_test_or_said_not_to_be_done(function: str) -> None:
    row = ROWS[function]

    assert ("::test_" in row) != ("| Not done: " in row)


@pytest.mark.parametrize(("file", "name"), NAMED)
def test_every_test_that_is_named_exists(file: str, name: str) -> None:
    tree = ast.parse((ROOT / file).read_text("utf-8"))

    assert name in {node.name for node in tree.body if isinstance(node, ast.FunctionDef)}
