"""Is a certificate revoked? Asks every list and answer there is, and fetches nothing.

The lists of the trust folder are read once per content, however often the folder is read again.
Lists and answers that a document brings along (its DSS) are asked as well: they are signed by the
authorities, so it does not matter who carries them.
"""

from collections.abc import Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache

from asn1crypto import x509

from kernel.errors import Refused
from signing.trusting.crl import RevocationList
from signing.trusting.ocsp import StatusAnswer
from signing.trusting.standing import NOTHING_TOLD, Standing, Told

_LISTS_KEPT = 16
"""A list of a hundred thousand entries takes ten megabytes."""

_ORDER = (Standing.UNKNOWN, Standing.GOOD, Standing.REVOKED)


@dataclass(frozen=True, slots=True)
class RevocationMaterial:
    """Revocation lists and status answers, DER, from wherever they come."""

    crls: tuple[bytes, ...] = ()
    ocsps: tuple[bytes, ...] = ()


NO_MATERIAL = RevocationMaterial()


@lru_cache(maxsize=_LISTS_KEPT)
def read_list(der: bytes) -> RevocationList:
    """Read a revocation list, or give what was read of the same bytes before.

    Raises:
        Refused: ``signing.unreadable_list``.
    """
    return RevocationList.read(der)


@dataclass(frozen=True, slots=True)
class Revocation:
    """Everything that can be asked during one check."""

    lists: tuple[RevocationList, ...]
    answers: tuple[StatusAnswer, ...]

    @classmethod
    def of(cls, lists: Iterable[RevocationList], material: RevocationMaterial) -> "Revocation":
        """Put together our own lists and what is brought along; what is unreadable says nothing."""
        return cls(
            lists=(*lists, *_readable_lists(material.crls)),
            answers=tuple(_readable_answers(material.ocsps)),
        )

    def told(
        self, certificate: x509.Certificate, issuers: Iterable[x509.Certificate], at: datetime
    ) -> Told:
        """Give what is established about a certificate at ``at``.

        One word of revocation outweighs every word of good standing. Of equal words the earliest
        published after ``at`` counts most, because it proves most about that moment.

        Args:
            certificate: Whose standing is asked.
            issuers: The authority that issued it, under each of its certificates.
            at: The moment in question.
        """
        told = [NOTHING_TOLD]
        for issuer in issuers:
            told += [one.tells(certificate, issuer, at) for one in self._lists_of(issuer)]
            told += [one.tells(certificate, issuer, at, self._by_list) for one in self.answers]
        return max(told, key=lambda one: _weight(one, at))

    def _lists_of(self, issuer: x509.Certificate) -> Iterator[RevocationList]:
        name = issuer.subject.hashable
        return (one for one in self.lists if one.issuer == name)

    def _by_list(
        self, certificate: x509.Certificate, issuer: x509.Certificate, at: datetime
    ) -> Standing:
        told = (one.tells(certificate, issuer, at) for one in self._lists_of(issuer))
        return max((one.standing for one in told), key=_ORDER.index, default=Standing.UNKNOWN)


def _weight(told: Told, at: datetime) -> tuple[int, bool, float]:
    published = told.this_update or at
    later = published >= at
    distance = abs((published - at).total_seconds())
    return _ORDER.index(told.standing), later, -distance


def _readable_lists(crls: Iterable[bytes]) -> Iterator[RevocationList]:
    for der in crls:
        with suppress(Refused):
            yield read_list(der)


def _readable_answers(ocsps: Iterable[bytes]) -> Iterator[StatusAnswer]:
    for der in ocsps:
        with suppress(Refused):
            yield StatusAnswer.read(der)
