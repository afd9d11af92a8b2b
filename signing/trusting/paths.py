# (pyHanko is typed in part only)

"""The ways from a certificate up to an authority we trust.

Everything but dates and revocation is verified here (RFC 5280 6.1: signatures, basic constraints,
key usages, names, policies, critical extensions). None of that changes with the moment one asks
for, so a path is verified once, at a time when all of its certificates were in force.
"""

from collections.abc import AsyncIterator, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from asn1crypto import x509
from pyhanko_certvalidator import ValidationContext
from pyhanko_certvalidator.errors import PathBuildingError, ValidationError
from pyhanko_certvalidator.path import ValidationPath
from pyhanko_certvalidator.validate import async_validate_path

_MOST = 16
"""Hostile certificates can be linked in very many ways; honest ones in two or three."""


@dataclass(frozen=True, slots=True)
class Path:
    """Certificates from the one in question up to the anchor."""

    certificates: tuple[x509.Certificate, ...]

    def window(self) -> tuple[datetime, datetime]:
        """Give the first and last moment at which all but the anchor are in force."""
        below = self.certificates[:-1] or self.certificates
        return (
            max(one.not_valid_before for one in below),
            min(one.not_valid_after for one in below),
        )


async def verified_paths(
    certificate: x509.Certificate,
    others: Iterable[x509.Certificate],
    anchors: Sequence[x509.Certificate],
) -> tuple[Path, ...]:
    """Give every path that holds, with ``others`` as the authorities between."""
    between = list(others)
    return tuple(
        [
            path
            async for found in _possible_paths(certificate, between, anchors)
            if (path := await _verified(found, between, anchors))
        ]
    )


async def _possible_paths(
    certificate: x509.Certificate,
    others: Sequence[x509.Certificate],
    anchors: Sequence[x509.Certificate],
) -> AsyncIterator[ValidationPath]:
    context = _context(certificate.not_valid_before, others, anchors)
    walk = context.path_builder.async_build_paths_lazy(certificate)
    count = 0
    try:
        async for path in walk:
            yield path
            count += 1
            if count == _MOST:
                return
    except PathBuildingError:
        return
    finally:
        await walk.cancel()


async def _verified(
    found: ValidationPath,
    others: Sequence[x509.Certificate],
    anchors: Sequence[x509.Certificate],
) -> Path | None:
    path = Path(tuple(found.iter_certs(include_root=True))[::-1])
    begin, end = path.window()
    if begin > end:
        return None
    try:
        await async_validate_path(_context(begin, others, anchors), found)
    except ValidationError:
        return None
    return path


def _context(
    moment: datetime, others: Sequence[x509.Certificate], anchors: Sequence[x509.Certificate]
) -> ValidationContext:
    return ValidationContext(
        trust_roots=list(anchors),
        other_certs=list(others),
        moment=moment,
        allow_fetching=False,
        revocation_mode="soft-fail",
    )
