"""The fields of a packet, read leniently: what is odd is noted, what is empty is absent."""

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, datetime

from exchange.dates import Reading, read_date, read_moment
from exchange.findings import Finding, PacketRefused
from exchange.limits import Limits
from exchange.markup import Element, child, children, local_name
from kernel.text import nfc

_NUMBER = re.compile(r"[+-]?[0-9]{1,9}")
_ORGAN_ID = 64
_DOCUMENT_ID = 255
_NOTHING = "null"  # some senders write their language's word for an absent code


@dataclass(slots=True)
class Fields:
    """Reads fields below any element and gathers what it noticed."""

    limits: Limits
    findings: list[Finding] = field(default_factory=list)

    def note(self, code: str, where: str, text: str = "") -> None:
        """Keep an oddity."""
        self.findings.append(Finding.of(code, where, text))

    def text(self, parent: Element | None, *path: str) -> str:
        """Give a trimmed, precomposed text; empty when it is absent.

        Raises:
            PacketRefused: It is longer than any field may be.
        """
        return nfc(self._raw(parent, path, self.limits.text))

    def texts(self, parent: Element | None, *path: str) -> tuple[str, ...]:
        """Give every text at a path that is not empty."""
        texts = (self.text(element) for element in children(parent, *path))
        return tuple(text for text in texts if text)

    def organ_id(self, parent: Element | None, *path: str) -> str:
        """Give the code of an agency, exactly."""
        code = self._raw(parent, (*path, "OrganId"), _ORGAN_ID)
        return "" if code == _NOTHING else code

    def document_id(self, parent: Element | None, *path: str) -> str:
        """Give the identifier of a document, exactly: it is compared as a whole (exchange a.3)."""
        return self._raw(parent, (*path, "DocumentId"), _DOCUMENT_ID)

    def number(self, parent: Element | None, *path: str) -> int | None:
        """Give a whole number; other text is noted and counts as absent."""
        text = self.text(parent, *path)
        if not text:
            return None
        if _NUMBER.fullmatch(text):
            return int(text)
        self.note("exchange.unreadable_number", _where(parent, path), text)
        return None

    def flag(self, parent: Element | None, *path: str) -> bool:
        """Give a yes or no; absent means no."""
        return self.text(parent, *path).lower() in {"1", "true"}

    def date(self, parent: Element | None, *path: str) -> date | None:
        """Give a day; another form than the standard's is noted with its text."""
        moment = self._moment(parent, path, read_date)
        return moment.date() if moment else None

    def moment(self, parent: Element | None, *path: str) -> datetime | None:
        """Give a zone-aware moment; another form than the standard's is noted with its text."""
        return self._moment(parent, path, read_moment)

    def _moment(
        self, parent: Element | None, path: tuple[str, ...], read: Callable[[str], Reading]
    ) -> datetime | None:
        text = self.text(parent, *path)
        if not text:
            return None
        reading = read(text)
        if reading.moment is None:
            self.note("exchange.unreadable_date", _where(parent, path), text)
        elif not reading.exact:
            self.note("exchange.lenient_date", _where(parent, path), text)
        return reading.moment

    @staticmethod
    def _raw(parent: Element | None, path: tuple[str, ...], limit: int) -> str:
        element = child(parent, *path) if path else parent
        text = (element.text or "").strip() if element is not None else ""
        if len(text) > limit:
            raise PacketRefused("exchange.field_too_long", field=_where(parent, path), limit=limit)
        return text


def required(value: str, where: str) -> str:
    """Give a text that no packet may lack.

    Raises:
        PacketRefused: It is absent.
    """
    if not value:
        raise PacketRefused("exchange.missing_field", field=where)
    return value


def _where(parent: Element | None, path: tuple[str, ...]) -> str:
    start = () if parent is None else (local_name(parent),)
    return "/".join((*start, *path))
