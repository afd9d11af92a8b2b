import re
from pathlib import Path
from string import Formatter

import pytest

import exchange
from kernel.words import catalogue

PACKAGE = Path(exchange.__file__).parent
NAMED = re.compile(r'"(exchange\.\w+)"')
FACTS = re.compile(r"(\w+)=")


def raised():
    """Give each refusal in the code with the facts it is raised with."""
    for module in sorted(PACKAGE.glob("*.py")):
        source = module.read_text(encoding="utf-8")
        for match in re.finditer(r'PacketRefused\(\s*("exchange\.\w+".*?)\)\s*(?:from|\n)', source):
            code = NAMED.match(match[1])[1]
            yield code, set(FACTS.findall(match[1]))


@pytest.mark.parametrize("locale", ["vi", "en"])
def test_everything_the_exchange_says_has_a_sentence(locale):
    named = {
        code
        for module in PACKAGE.glob("*.py")
        for code in NAMED.findall(module.read_text(encoding="utf-8"))
    }

    assert len(named) > 25
    assert named <= catalogue(locale).keys()


@pytest.mark.parametrize("locale", ["vi", "en"])
@pytest.mark.parametrize(("code", "facts"), list(raised()))
def test_a_sentence_asks_for_no_fact_that_is_not_given(code, facts, locale):
    asked = {name for _, name, _, _ in Formatter().parse(catalogue(locale)[code]) if name}

    assert asked <= facts
