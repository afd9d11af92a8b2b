# (pyHanko is typed in part only)

"""Who vouches for the signatures of a file: certificates, and the times that time-stamps prove.

Newest signature first: a time-stamp that holds proves when everything before it was there, so each
certificate is asked about at the earliest moment that is proven.
"""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from asn1crypto import x509

from kernel.log import logger
from signing.checking.examined import Signature, StampSeen
from signing.checking.opening import Reader
from signing.checking.validation_data import ValidationData, level_of
from signing.checking.verdict import Level
from signing.making.pages import follow
from signing.trusting.revocation import RevocationMaterial
from signing.trusting.trust import Assessment, CertificateStatus, Trust, Usage, assess

_log = logger(__name__)
PADES = "/ETSI.CAdES.detached"
"""The sub-filter of PAdES signatures."""


async def vouched(
    looked: Sequence[Signature], reader: Reader, trust: Trust, at: datetime
) -> tuple[Signature, ...]:
    """Look at the certificates of all signatures, which come in the order of their making."""
    data = ValidationData.of(reader)
    assessed: list[Signature] = []
    known_before = at
    for bare in reversed(looked):
        covered = known_before if known_before < at else None
        signature = replace(bare, stamped_over_at=covered)
        try:
            seen = await _with_certificates(signature, data, known_before, trust)
            seen = replace(seen, level=_level(seen, assessed, reader, data))
        except Exception as error:  # noqa: BLE001 - hostile certificates can raise anything
            _log.info("certificate not readable", error=type(error).__name__)
            seen = signature
        assessed.insert(0, seen)
        if seen.document_stamp and seen.document_stamp.holds:
            known_before = min(known_before, seen.document_stamp.stamp.time)
    return tuple(assessed)


async def _with_certificates(
    signature: Signature, data: ValidationData, known_before: datetime, trust: Trust
) -> Signature:
    extra = RevocationMaterial(data.crls, data.ocsps)

    async def assessed(
        certificate: x509.Certificate,
        others: Sequence[x509.Certificate],
        moment: datetime,
        usage: Usage,
    ) -> Assessment:
        around = (*others, *data.certificates)
        return await assess(certificate, around, moment, trust, usage=usage, extra=extra)

    async def judged(seen: StampSeen) -> tuple[StampSeen, Assessment]:
        stamp = seen.stamp
        found = await assessed(stamp.certificate, stamp.others, known_before, Usage.TIME_STAMPS)
        return replace(seen, status=found.status), found

    if signature.document_stamp:
        stamp, assessment = await judged(signature.document_stamp)
        return replace(
            signature, document_stamp=stamp, assessment=assessment, assessed_at=known_before
        )
    container = signature.container
    if container is None:
        return signature
    stamps = tuple([(await judged(seen))[0] for seen in signature.stamps])
    signature = replace(signature, stamps=stamps)
    certificate, others = container.certificate, container.others
    moment = signature.proven_at or known_before
    now = await assessed(certificate, others, moment, Usage.DOCUMENTS)
    claim = now.status
    if not signature.proven_at and signature.claimed_at and claim is not CertificateStatus.GOOD:
        then = await assessed(certificate, others, signature.claimed_at, Usage.DOCUMENTS)
        claim = then.status
    return replace(signature, assessment=now, assessed_at=moment, status_at_claim=claim)


def _level(
    signature: Signature, later: Sequence[Signature], reader: Reader, data: ValidationData
) -> Level:
    """Give the level by what the file carries, whomever we trust."""
    container, embedded = signature.container, signature.embedded
    if container is None or embedded is None or not container.names_certificate:
        return Level.NONE
    if follow(embedded.sig_object, "/SubFilter") != PADES:
        return Level.NONE
    over = [one for one in later if one.document_stamp and one.document_stamp.stamp.intact]
    own = [seen.stamp for seen in signature.stamps if seen.stamp.intact]
    stamps = own or [one.document_stamp.stamp for one in over[:1] if one.document_stamp]
    chains = [(container.certificate, *container.others)]
    chains += [(stamp.certificate, *stamp.others) for stamp in stamps]
    return level_of(
        chains,
        stamped=bool(stamps),
        now=data,
        stamped_data=(
            ValidationData.of(reader.get_historical_resolver(one.revision)) for one in over
        ),
    )
