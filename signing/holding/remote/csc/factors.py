"""What opens a credential: the factors a service asks for, and which of them were filled in.

Version 1 knows a PIN and a code that are each needed, welcome or unknown. Version 2 names any
factors and joins them in an expression such as ``PIN AND (OTP XOR PHONE)``. The fewest that do are
sent, so that no code is spent that was not needed.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import combinations

from kernel.errors import Refused
from signing.holding.remote.port import Ask, Secret

_WORD = re.compile(r"[()]|[^\s()]+")
_NO_FACTORS = {"AND", "OR", "XOR", ")"}


@dataclass(frozen=True, slots=True)
class Factor:
    """One thing the service asks for."""

    id: str
    """The service's name for it."""

    ask: Ask
    challenged: bool = False
    """The service has to be told to send the code first."""

    optional: bool = False


@dataclass(frozen=True, slots=True)
class Lock:
    """What a credential asks for as a whole."""

    factors: tuple[Factor, ...] = ()
    expression: str = ""
    """How the factors are joined; empty means every one that is not optional."""

    def key(self, secret: Secret) -> tuple[tuple[Factor, str], ...]:
        """Choose the factors to send and what was typed for each.

        Raises:
            Refused: ``remote.pin_needed`` or ``remote.otp_needed``.
        """
        filled = [f for f in self.factors if f.ask is Ask.PHONE or secret.value(f.ask)]
        chosen = self._fewest(filled) if self.expression else self._needed(filled)
        if chosen is None:
            missing = {f.ask for f in self.factors if f not in filled and not f.optional}
            if Ask.PIN in missing:
                raise Refused("remote.pin_needed")
            raise Refused("remote.otp_needed")
        return tuple((factor, secret.value(factor.ask)) for factor in chosen)

    def _needed(self, filled: list[Factor]) -> Iterable[Factor] | None:
        if any(not f.optional and f not in filled for f in self.factors):
            return None
        return filled

    def _fewest(self, filled: list[Factor]) -> Iterable[Factor] | None:
        for size in range(len(filled) + 1):
            for some in combinations(filled, size):
                if holds(self.expression, {f.id for f in some}):
                    return some
        return None


def holds(expression: str, given: set[str]) -> bool:
    """Tell whether the factors ``given`` satisfy an expression of AND, OR, XOR and brackets.

    Raises:
        Refused: ``remote.bad_answer``, where it is no such expression.
    """
    tokens = _WORD.findall(expression)[::-1]
    value = _either(tokens, given)
    if tokens:
        raise Refused("remote.bad_answer")
    return value


def _either(tokens: list[str], given: set[str]) -> bool:
    value = _both(tokens, given)
    while tokens and tokens[-1] in {"OR", "XOR"}:
        exclusive = tokens.pop() == "XOR"
        other = _both(tokens, given)
        value = value != other if exclusive else value or other
    return value


def _both(tokens: list[str], given: set[str]) -> bool:
    value = _one(tokens, given)
    while tokens and tokens[-1] == "AND":
        tokens.pop()
        other = _one(tokens, given)
        value = value and other
    return value


def _one(tokens: list[str], given: set[str]) -> bool:
    if not tokens or tokens[-1] in _NO_FACTORS:
        raise Refused("remote.bad_answer")
    word = tokens.pop()
    if word != "(":
        return word in given
    value = _either(tokens, given)
    if not tokens or tokens.pop() != ")":
        raise Refused("remote.bad_answer")
    return value
