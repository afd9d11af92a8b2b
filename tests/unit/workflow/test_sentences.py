"""Whatever is refused is told in both languages, with every fact its sentence asks for."""

import ast
import re
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from string import Formatter

import pytest

ROOT = Path(__file__).parents[3]
PACKAGES = (
    *("kernel", "documents", "signing", "exchange", "workflow"),
    *("wiring", "agent", "signer", "worker", "web", "console"),
)
ERRORS = {"Refused", "Forbidden", "NotFound", "MovedOn", "Unavailable", "PacketRefused"}


@dataclass(frozen=True)
class Raised:
    """One place where an error is made."""

    where: str
    code: str
    """Empty where it is worked out while the program runs."""
    facts: frozenset[str]
    open: bool
    """More facts may be handed through."""


def errors_of(package: str) -> Iterator[Raised]:
    for file in sorted((ROOT / package).rglob("*.py")):
        for node in ast.walk(ast.parse(file.read_text("utf-8"))):
            if isinstance(node, ast.Call) and name_of(node.func) in ERRORS:
                first = node.args[0] if node.args else None
                code = first.value if isinstance(first, ast.Constant) else ""
                facts = {keyword.arg for keyword in node.keywords}
                yield Raised(
                    f"{file.relative_to(ROOT)}:{node.lineno}",
                    str(code),
                    frozenset(fact for fact in facts if fact),
                    None in facts,
                )


def name_of(function: ast.expr) -> str:
    return getattr(function, "id", getattr(function, "attr", ""))


RAISED = [raised for package in PACKAGES for raised in errors_of(package)]

WORKED_OUT = {
    "workflow/outgoing/draft.py": {
        "draft.subject_missing",
        "draft.body_missing",
        "draft.signer_missing",
        "draft.addressee_missing",
        "draft.issued_text_missing",
    },
    "workflow/signatures/certificates.py": {
        "signing.certificate_expired",
        "signing.certificate_not_yet_valid",
        "signing.certificate_revoked",
        "signing.certificate_untrusted",
    },
    "wiring/remote_desk.py": {"signing.process_failed", "signing.process_unavailable"},
    "exchange/checks.py": {"exchange.duplicate_receiver", "exchange.duplicate_content_id"},
    "signing/holding/remote/csc/errors.py": {
        "remote.wrong_pin",
        "remote.wrong_otp",
        "remote.wrong_secret",
        "remote.locked",
        "remote.denied",
        "remote.not_let_in",
        "remote.no_credential",
        "remote.no_user",
        "remote.rejected",
    },
    "signing/holding/remote/csc/signer.py": {"remote.no_answer", "remote.authorisation_expired"},
    "workflow/signatures/remote_keys.py": {"remote.unreachable"},
}
"""Where a code is worked out while the program runs: what it may be."""

STORED = {"workflow.stuck", "signing.result_not_valid", "signing.key_gone"}
"""Codes that a row keeps without any error."""


def sentences(language: str) -> dict[str, str]:
    told: dict[str, str] = {}
    for file in sorted((ROOT / "templates" / "messages" / language).glob("*.toml")):
        told |= tomllib.loads(file.read_text("utf-8"))
    return told


VI, EN = sentences("vi"), sentences("en")


def placeholders(sentence: str) -> set[str]:
    return {name for _, name, _, _ in Formatter().parse(sentence) if name is not None}


def test_there_is_something_to_look_at():
    assert len(RAISED) > 100
    assert len(VI) > 300


@pytest.mark.parametrize("raised", [r for r in RAISED if r.code], ids=lambda r: r.where)
def test_a_refusal_has_its_sentence_and_every_fact_for_it(raised: Raised):
    for told in (VI, EN):
        assert raised.code in told, raised
        assert raised.open or placeholders(told[raised.code]) <= raised.facts


def test_where_a_code_is_worked_out_every_one_of_them_has_a_sentence():
    places = {raised.where.split(":")[0] for raised in RAISED if not raised.code}

    assert places == set(WORKED_OUT)
    for code in STORED.union(*WORKED_OUT.values()):
        assert code in VI, code
        assert code in EN, code


def test_both_languages_tell_the_same_codes_and_facts():
    assert set(VI) == set(EN)
    for code, sentence in VI.items():
        assert placeholders(sentence) == placeholders(EN[code]), code


@pytest.mark.parametrize("language", ["vi", "en"])
def test_no_code_stands_in_two_files(language: str):
    seen: dict[str, str] = {}
    for file in sorted((ROOT / "templates" / "messages" / language).glob("*.toml")):
        for code in tomllib.loads(file.read_text("utf-8")):
            assert code not in seen, f"{code}: {seen.get(code)} and {file.name}"
            seen[code] = file.name


def test_no_sentence_is_left_that_nobody_says():
    source = "\n".join(
        file.read_text("utf-8")
        for package in (*PACKAGES, "templates")
        for file in (ROOT / package).rglob("*")
        if file.suffix in {".py", ".html", ".json", ".typ"}
    )
    source += (ROOT / "vanthu").read_text("utf-8")
    said = set(re.findall(r"[a-z][a-z_0-9]*(?:\.[A-Za-z_0-9-]+)+", source))

    own = ("account.", "draft.", "register.", "review.", "incoming.", "sending.", "workflow.")
    unsaid = {code for code in VI if code.startswith(own) and code not in said}
    assert unsaid == set()


def test_no_vietnamese_is_written_into_the_program():
    """Docstrings may use the decree's words, and the table names its articles."""
    letters = re.compile(r"[ăâđêôơưĂÂĐÊÔƠƯạảấầẩẫậắằẳẵặẹẻẽếềểễệỉịọỏốồổỗộớờởỡợụủứừửữựỳỵỷỹ]")
    found = [
        f"{file.relative_to(ROOT)}:{node.lineno}"
        for package in ("workflow", "signer", "wiring", "worker")
        for file in (ROOT / package).rglob("*.py")
        for node in texts(ast.parse(file.read_text("utf-8")))
        if letters.search(re.sub(r"Đ\d+", "", node.value))
    ]

    assert found == []


def texts(tree: ast.Module) -> Iterator[ast.Constant]:
    """Give the texts of a module that are no docstrings."""
    explained = {
        id(node.value)
        for node in ast.walk(tree)
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)
    }
    for node in ast.walk(tree):
        if id(node) not in explained and isinstance(getattr(node, "value", None), str):
            yield node
