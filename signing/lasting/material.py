"""What a later check needs beside the signature: certificates, and word on their revocation.

Word on revocation is good for a use of a certificate when it was given after that use: only then
can it know of a key that was lost the day before. For the authorities above, whose lists come out
twice a year, it is enough that the word covers the time of the use.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import pairwise
from typing import Self

from asn1crypto import crl, ocsp, x509

from kernel.errors import Refused

Pair = tuple[x509.Certificate, x509.Certificate]
"""A certificate and its issuer's."""

_HASHES = {"sha1", "sha256"}  # by which an OCSP answer names the issuer it speaks for


@dataclass(frozen=True, slots=True)
class Material:
    """Certificates, revocation lists and OCSP answers, in no order."""

    certificates: tuple[x509.Certificate, ...] = ()
    crls: tuple[crl.CertificateList, ...] = ()
    ocsps: tuple[ocsp.OCSPResponse, ...] = ()

    @classmethod
    def load(
        cls,
        certificates: Iterable[bytes] = (),
        crls: Iterable[bytes] = (),
        ocsps: Iterable[bytes] = (),
    ) -> Self:
        """Read pieces, each DER.

        Raises:
            Refused: ``proof.unreadable_material``.
        """
        try:
            return cls(
                tuple(x509.Certificate.load(der, strict=True) for der in certificates),
                tuple(crl.CertificateList.load(der, strict=True) for der in crls),
                tuple(ocsp.OCSPResponse.load(der, strict=True) for der in ocsps),
            )
        except (ValueError, TypeError) as error:
            raise Refused("proof.unreadable_material") from error

    def __or__(self, other: "Material") -> "Material":
        return Material(
            _distinct(self.certificates + other.certificates),
            _distinct(self.crls + other.crls),
            _distinct(self.ocsps + other.ocsps),
        )


def chain_of(
    certificate: x509.Certificate, others: Sequence[x509.Certificate]
) -> list[x509.Certificate]:
    """Follow issuers by name and key as far as ``others`` lead; nothing is verified."""
    chain = [certificate]
    while chain[-1].self_signed == "no":
        issuer = next((c for c in others if _is_issuer(c, chain[-1]) and c not in chain), None)
        if issuer is None:
            break
        chain.append(issuer)
    return chain


def revocation_of(
    chain: Sequence[x509.Certificate], since: datetime, known: Material, *, after: bool
) -> tuple[Material, tuple[Pair, ...]]:
    """Choose word on the revocation of every certificate of a chain but its last.

    Args:
        chain: The user's certificate first, the anchor last.
        since: When the certificate was used.
        known: What there is to choose from.
        after: Ask for word on the user's certificate that was given after the use; else it is
            enough that it covers the use.

    Returns:
        What was chosen, and the certificates, each with its issuer's, that nothing speaks of.
    """
    chosen, missing = Material(), list[Pair]()
    for place, (subject, issuer) in enumerate(pairwise(chain)):
        found = _word_on(subject, issuer, since, known, after=after and place == 0)
        if found is None:
            missing.append((subject, issuer))
        else:
            chosen |= found
    return chosen, tuple(missing)


def _word_on(
    subject: x509.Certificate,
    issuer: x509.Certificate,
    since: datetime,
    known: Material,
    *,
    after: bool,
) -> Material | None:
    """Prefer an OCSP answer, which is small, to a list."""
    answers = [
        (word["this_update"].native, answer)
        for answer in known.ocsps
        for word in _words(answer)
        if _speaks_of(word["cert_id"], subject, issuer) and _is_timely(word, since, after=after)
    ]
    if answers:
        return Material(ocsps=(max(answers, key=lambda dated: dated[0])[1],))
    lists = tuple(
        known_list
        for known_list in known.crls
        if _is_list_of(known_list, issuer)
        and _is_timely(known_list["tbs_cert_list"], since, after=after)
    )
    return Material(crls=_latest(lists)) if lists else None


def _words(answer: ocsp.OCSPResponse) -> Iterable[ocsp.SingleResponse]:
    if answer["response_status"].native != "successful":
        return ()
    return answer.response_data["responses"]  # type: ignore[no-any-return] # asn1crypto is untyped


def _speaks_of(named: ocsp.CertId, subject: x509.Certificate, issuer: x509.Certificate) -> bool:
    algorithm = named["hash_algorithm"]["algorithm"].native
    return (
        algorithm in _HASHES
        and named["serial_number"].native == subject.serial_number
        and named["issuer_name_hash"].native == getattr(issuer.subject, algorithm)
        and named["issuer_key_hash"].native == getattr(issuer.public_key, algorithm)
    )


def _is_timely(
    word: ocsp.SingleResponse | crl.TbsCertList, since: datetime, *, after: bool
) -> bool:
    if after:
        return bool(word["this_update"].native >= since.replace(microsecond=0))
    until = word["next_update"].native
    return until is None or bool(until >= since)


def _is_list_of(known: crl.CertificateList, issuer: x509.Certificate) -> bool:
    key = known.authority_key_identifier_value
    named = key["key_identifier"].native if key else None
    return (
        known.issuer == issuer.subject
        and known.delta_crl_indicator_value is None
        and (named is None or issuer.key_identifier in {None, named})
    )


def _latest(lists: Iterable[crl.CertificateList]) -> tuple[crl.CertificateList, ...]:
    """Keep the newest list of each scope; an issuer may split its lists."""
    by_scope: dict[bytes, crl.CertificateList] = {}
    for one in sorted(lists, key=_issued_at):
        scope = one.issuing_distribution_point_value
        by_scope[scope.dump() if scope else b""] = one
    return tuple(by_scope.values())


def _issued_at(known: crl.CertificateList) -> datetime:
    moment: datetime = known["tbs_cert_list"]["this_update"].native
    return moment


def _is_issuer(candidate: x509.Certificate, certificate: x509.Certificate) -> bool:
    wanted = certificate.authority_key_identifier
    return candidate.subject == certificate.issuer and (
        wanted is None or candidate.key_identifier in {None, wanted}
    )


def _distinct(items: tuple[x509.Certificate, ...]) -> tuple[x509.Certificate, ...]:
    return tuple({item.dump(): item for item in items}.values())
