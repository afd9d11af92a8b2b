"""Files of other makers, good and bad, each against the verdict its collection states.

The collection is not part of the repository: its licences differ. Where it lies beside the checkout
every file of it is checked; the files that may be kept here are checked always.
"""

import json
import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import pytest
from pyhanko.pdf_utils.reader import PdfFileReader

from signing.checking.validate import validate
from signing.checking.verdict import Conclusion, Integrity, Modifications, Timestamp, Verdict
from signing.trusting.trust import Trust

COLLECTION = Path(__file__).parents[3] / "shared" / "samples" / "signatures"
AT = datetime(2026, 11, 23, tzinfo=UTC)
NOBODY = Trust((), (), (), "nobody")
REFUSED_WITH_REASON = {"dss__pades-5-signatures-and-1-document-timestamp.pdf"}
"""Good files that do not pass; docs/validation.md tells why."""

BAD = {"SUSPICIOUS", "FORMAT_FAIL", "TS_INVALID", "WEAK", "INDETERMINATE"}
"""What must not pass whomever we trust."""

SLOWEST = 30  # seconds


@dataclass(frozen=True)
class Sample:
    file: Path
    stated: str


KEPT = Path(__file__).parents[1] / "data" / "signing"
STATED = {
    "endesive__examples__test-SHA256_RSA-signed-cms": "VALID",
    "endesive__examples__test-signed-cms-hsm-Google": "VALID",
    "pyhanko__coverage-anomalies__tail-uncovered": "FORMAT_FAIL",
    "pyhanko__ed448-disallowed-hash": "FORMAT_FAIL",
    "pyhanko__minimal-two-fields-signed-twice": "VALID",
    "pyhanko__pades-lta-dss-indirect-arrs-test": "LEVEL:B-LTA",
    "pyhanko__pdf-sig-with-econtent": "FORMAT_FAIL",
    "pyhanko__sig-no-signed-attrs": "VALID",
}
"""The files kept here, whose licence allows it."""


def samples() -> Iterator[Sample]:
    """Give every file kept here and of the collection, with the verdict stated for it."""
    for name, stated in STATED.items():
        yield Sample(KEPT / f"{name}.pdf", stated)
    manifest = COLLECTION / "manifest.json"
    if manifest.exists():
        for entry in json.loads(manifest.read_text(encoding="utf-8")):
            yield Sample(COLLECTION / entry["file"], entry["verdict"])


def in_itself(file: Path) -> Trust:
    """Trust the certificates a file brings along, to look at everything else."""
    try:
        with file.open("rb") as stream:
            signatures = PdfFileReader(stream, strict=False).embedded_signatures
            anchors = [c for s in signatures for c in (s.signer_cert, *s.other_embedded_certs)]
    except Exception:  # noqa: BLE001 - hostile files can raise anything
        return NOBODY
    return Trust(tuple(anchors), (), (), "in itself")


def is_as_stated(verdict: Verdict, stated: str) -> bool:
    """Compare a verdict with a stated one, by the answers that the statement is about."""
    unharmed = verdict.integrity is Integrity.INTACT and verdict.modifications in {
        Modifications.NONE,
        Modifications.PERMITTED,
    }
    passed = verdict.conclusion is Conclusion.TOTAL_PASSED
    codes = {finding.code for one in verdict.signatures for finding in one.findings}
    failed = verdict.conclusion is Conclusion.TOTAL_FAILED
    kind, _, level = stated.partition(":")
    return {
        "VALID": unharmed and not failed,
        "LEVEL": unharmed and not failed and verdict.level.value == level,
        "NO_SIG": verdict.conclusion is Conclusion.NOT_SIGNED,
        "TS_INVALID": verdict.timestamps is Timestamp.INVALID and not passed,
        "FORMAT_FAIL": failed,
        "CERT_EXPIRED": unharmed and "signing.finding.certificate_expired" in codes,
        "VALID_OR_REJECT": True,
        "ROBUST": True,
        "INDETERMINATE": verdict.conclusion is Conclusion.INDETERMINATE,
    }.get(kind, not passed)


@pytest.mark.parametrize("sample", [*samples()], ids=lambda sample: sample.file.stem)
def test_a_file_of_the_collection_gets_its_verdict(sample: Sample) -> None:
    begun = time.monotonic()

    verdict = validate(sample.file.read_bytes(), NOBODY, at=AT)

    if sample.file.name in REFUSED_WITH_REASON:
        assert verdict.conclusion is Conclusion.INDETERMINATE
    else:
        assert is_as_stated(verdict, sample.stated), verdict
    assert time.monotonic() - begun < SLOWEST


@pytest.mark.parametrize(
    "sample",
    [sample for sample in samples() if sample.stated in BAD],
    ids=lambda sample: sample.file.stem,
)
def test_a_bad_file_does_not_pass_even_if_its_certificates_are_trusted(sample: Sample) -> None:
    verdict = validate(sample.file.read_bytes(), in_itself(sample.file), at=AT)

    assert verdict.conclusion is not Conclusion.TOTAL_PASSED


def test_at_most_three_good_files_are_refused() -> None:
    assert len(REFUSED_WITH_REASON) <= 3
