"""The demonstration's authority without its server: stamps, lists and answers of any moment."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from pathlib import Path

from asn1crypto import algos, ocsp, tsp, x509
from certomancer.registry import (
    ArchLabel,
    CertLabel,
    CertomancerConfig,
    PKIArchitecture,
    ServiceLabel,
)

from console.demonstration.authority import ARCHITECTURE, AUTHORITIES, STATUS, TIME
from signing.lasting.material import Material
from signing.lasting.proof import Need
from signing.lasting.timestamps import Question, accept
from signing.trusting.trust import Trust


@cache
def architecture(folder: Path) -> PKIArchitecture:
    """Open the authority that lies in a folder."""
    file = str(folder / "certomancer.json")
    return CertomancerConfig.from_file(file, str(folder)).get_pki_arch(ArchLabel(ARCHITECTURE))


@dataclass(frozen=True)
class LocalAuthority:
    """Everything the authority's servers would answer, at the moment that a clock shows."""

    folder: Path
    trust: Trust
    clock: Callable[[], datetime]

    def stamp(self, digest: bytes) -> bytes:
        question = Question(digest, self.clock())
        return accept(self.answer(question.der()), question, self.trust, self.clock())

    def answer(self, request: bytes) -> bytes:
        services = architecture(self.folder).service_registry
        stamper = services.summon_timestamper(ServiceLabel(TIME), self.clock())
        return stamper.request_tsa_response(tsp.TimeStampReq.load(request)).dump()

    def certificate(self, label: str = TIME) -> x509.Certificate:
        return architecture(self.folder).get_cert(CertLabel(label))

    def lists(self) -> Material:
        services = architecture(self.folder).service_registry
        lists = [services.get_crl(ServiceLabel(label), self.clock()) for label in AUTHORITIES]
        return Material.load(crls=[one.dump() for one in lists])

    def answers(self, needs: Iterable[Need]) -> Material:
        """OCSP answers on those certificates that have a responder, and lists for the others."""
        found = [self.status(need) for need in needs]
        given = [one for one in found if one.native["response_status"] == "successful"]
        return Material.load(ocsps=[one.dump() for one in given]) | self.lists()

    def status(self, need: Need) -> ocsp.OCSPResponse:
        services = architecture(self.folder).service_registry
        responder = services.summon_responder(ServiceLabel(STATUS), self.clock())
        certificate = x509.Certificate.load(need.certificate)
        issuer = x509.Certificate.load(need.issuer)
        named = {
            "hash_algorithm": algos.DigestAlgorithm({"algorithm": "sha1"}),
            "issuer_name_hash": issuer.subject.sha1,
            "issuer_key_hash": issuer.public_key.sha1,
            "serial_number": certificate.serial_number,
        }
        request = {"request_list": [{"req_cert": named}]}
        return responder.build_ocsp_response(ocsp.OCSPRequest({"tbs_request": request}))
