"""Codes that name an agency: those of QĐ 20/2020, the older ones, and registration numbers.

Level 1 is never known here: provinces merge, their codes close, and the list is the axis' to give.
"""

import re

LENGTH = 35
"""Characters of the longest code (QĐ 20/2020, Đ4)."""

_QD20 = re.compile(r"[A-Y][0-9]{2}(\.[0-9A-Z]+)*")
_LEGACY = re.compile(r"([0-9]{3}\.[0-9]{2}\.[0-9]{2}|[0-9]{2}\.[0-9]{2}|[0-9]{2})\.[A-Z][0-9]{2}")
_REGISTRATION = re.compile(r"[0-9]{10,13}(-[0-9]{3})?")
_OTHER = re.compile(r"Z(0[1-9]|[1-9][0-9])[0-9A-Za-z]{1,32}")
_SENDABLE = re.compile(r"[0-9A-Za-z._-]+")


def is_qd20(code: str) -> bool:
    """Tell a code of QĐ 20/2020, level 1 first: ``H13.02`` (Đ4)."""
    return len(code) <= LENGTH and _QD20.fullmatch(code) is not None


def is_legacy(code: str) -> bool:
    """Tell a code of QCVN 102:2016, level 1 last: ``000.00.11.H53``, or short ``02.29.W00``."""
    return _LEGACY.fullmatch(code) is not None


def is_registration(code: str) -> bool:
    """Tell the registration number of an enterprise, cooperative or household business (Đ5)."""
    return _REGISTRATION.fullmatch(code) is not None


def is_other(code: str) -> bool:
    """Tell a code of another scheme, ``Z01`` to ``Z99`` and up to 32 characters (Đ6)."""
    return _OTHER.fullmatch(code) is not None


def is_known(code: str) -> bool:
    """Tell a code of any of the four forms."""
    return is_qd20(code) or is_legacy(code) or is_registration(code) or is_other(code)


def is_sendable(code: str) -> bool:
    """Tell whether a code can stand in a packet and in the axis' headers at all.

    The axis' list is the authority on which codes exist, so no form is asked for here.
    """
    return len(code) <= LENGTH and _SENDABLE.fullmatch(code) is not None


def guess_qd20(legacy: str) -> str | None:
    """Guess the newer code of an older one: ``000.00.11.H53`` → ``H53.11``.

    Only a guess, for a person to confirm; the map is the axis' list of agencies. None if the code
    is not of the older form.
    """
    if not is_legacy(legacy):
        return None
    groups = reversed(legacy.split("."))
    return ".".join(group for group in groups if group.strip("0"))
