"""Documents signed by the country's signing program (VGCA), honest and not."""

from pyhanko.sign.signers.pdf_cms import SimpleSigner

from signing.checking.validate import validate
from signing.checking.verdict import (
    Conclusion,
    ExpectedSignature,
    Integrity,
    Level,
    Modifications,
    Verdict,
)
from signing.holding.keys import KeyHolder, facts
from tests.attack import elsewhere, forgery
from tests.unit.signing.desk import PASSPHRASE, Desk, typeset


def someone(key: KeyHolder, role: str) -> ExpectedSignature:
    """Expect a signature by a certificate, in whatever field."""
    fingerprints = frozenset({facts(key.certificate).fingerprint})
    return ExpectedSignature("", fingerprints, "signer" if role == "signer" else "agency")


def verdict_on(desk: Desk, pdf: bytes) -> Verdict:
    expected = (someone(desk.leader, "signer"), someone(desk.seal, "agency"))
    return validate(pdf, desk.trust, at=desk.now, expected=expected, full=True)


def told(verdict: Verdict) -> set[str]:
    found = [*verdict.findings, *(f for one in verdict.signatures for f in one.findings)]
    return {finding.code.removeprefix("signing.finding.") for finding in found}


def test_a_document_signed_and_sealed_by_the_countrys_program_passes(desk: Desk) -> None:
    verdict = verdict_on(desk, elsewhere.as_vgca(typeset(), desk.leader, desk.seal))

    assert verdict.conclusion is Conclusion.TOTAL_PASSED, told(verdict)
    leader, agency = verdict.signatures
    assert (leader.role, agency.role) == ("signer", "agency")
    assert leader.modifications is Modifications.PERMITTED
    assert leader.changed_fields == ("ChuKy2",)
    assert leader.level is Level.NONE


def test_a_seal_on_empty_paper_passes(desk: Desk) -> None:
    pdf = elsewhere.as_vgca(typeset(), desk.leader, desk.seal, elsewhere.EMPTY_BOX)

    assert verdict_on(desk, pdf).conclusion is Conclusion.TOTAL_PASSED


def test_a_seal_over_the_text_is_caught(desk: Desk) -> None:
    pdf = elsewhere.as_vgca(
        typeset(), desk.leader, desk.seal, elsewhere.TEXT_BOX, elsewhere.opaque()
    )

    verdict = verdict_on(desk, pdf)

    assert verdict.conclusion is Conclusion.TOTAL_FAILED
    assert verdict.signatures[0].modifications is Modifications.FORBIDDEN
    assert "content_covered" in told(verdict)


def test_a_seal_that_hides_the_leaders_signature_is_caught(desk: Desk) -> None:
    pdf = elsewhere.as_vgca(
        typeset(), desk.leader, desk.seal, elsewhere.LEADER_BOX, elsewhere.opaque()
    )

    verdict = verdict_on(desk, pdf)

    assert verdict.conclusion is Conclusion.INDETERMINATE
    assert "signature_covered" in told(verdict)


def test_a_strangers_field_after_the_leaders_is_caught(desk: Desk) -> None:
    stranger = validate(
        elsewhere.as_vgca(typeset(), desk.leader, desk.person("thu-hoi"), elsewhere.EMPTY_BOX),
        desk.trust,
        at=desk.now,
    )

    assert stranger.conclusion is Conclusion.TOTAL_FAILED
    assert "doubtful_field" in told(stranger)


def test_an_empty_visible_field_after_the_leaders_is_caught(desk: Desk) -> None:
    signed = elsewhere.sign_elsewhere(
        typeset(), desk.leader, "ChuKy1", elsewhere.LEADER_BOX, hand=elsewhere.VGCA_FIRST
    )

    verdict = validate(forgery.add_signature_field(signed, "ChuKy2"), desk.trust, at=desk.now)

    assert verdict.conclusion is Conclusion.TOTAL_FAILED
    assert verdict.modifications is Modifications.FORBIDDEN


def test_a_second_field_after_the_seal_needs_a_persons_eye(desk: Desk) -> None:
    sealed = elsewhere.as_vgca(typeset(), desk.leader, desk.seal)
    third = elsewhere.sign_elsewhere(sealed, desk.other, "ChuKy3", elsewhere.EMPTY_BOX)

    verdict = verdict_on(desk, third)

    assert verdict.conclusion is Conclusion.INDETERMINATE
    assert "several_fields_added" in told(verdict)


def test_two_signatures_by_one_person_are_not_what_was_asked_for(desk: Desk) -> None:
    pdf = elsewhere.as_vgca(typeset(), desk.leader, desk.leader)

    verdict = verdict_on(desk, pdf)

    assert verdict.conclusion is Conclusion.TOTAL_FAILED
    assert {"second_signature", "missing_signer"} <= told(verdict)


def test_a_seal_before_the_leader_is_caught_in_whatever_field(desk: Desk) -> None:
    verdict = verdict_on(desk, elsewhere.as_vgca(typeset(), desk.seal, desk.leader))

    assert verdict.conclusion is Conclusion.TOTAL_FAILED
    assert "wrong_order" in told(verdict)


def test_a_time_stamp_of_a_clock_nobody_knows_proves_nothing(desk: Desk) -> None:
    stamped = elsewhere.sign_elsewhere(
        typeset(),
        desk.leader,
        "ChuKy1",
        elsewhere.LEADER_BOX,
        hand=elsewhere.Hand(certify=True, stamps=True),
    )

    verdict = validate(stamped, desk.trust, at=desk.now)

    assert verdict.conclusion is Conclusion.INDETERMINATE
    assert verdict.integrity is Integrity.INTACT
    assert "untrusted_timestamp" in told(verdict)


def test_an_outdated_hash_does_not_pass(desk: Desk) -> None:
    container = desk.folder / "keys" / "people" / "chu-tich.p12"
    signer = SimpleSigner.load_pkcs12(str(container), passphrase=PASSPHRASE.encode())
    assert signer
    weak = elsewhere.sign_elsewhere(
        typeset(), signer, "ChuKy1", elsewhere.LEADER_BOX, hand=elsewhere.Hand(digest="sha1")
    )

    verdict = validate(weak, desk.trust, at=desk.now)

    assert verdict.conclusion is Conclusion.INDETERMINATE
    assert verdict.sub_indication == "CRYPTO_CONSTRAINTS_FAILURE"
    assert "weak_algorithm" in told(verdict)


def test_one_figure_changed_under_a_wide_field_is_caught(desk: Desk) -> None:
    pdf = elsewhere.as_vgca(
        typeset(), desk.leader, desk.seal, elsewhere.TEXT_BOX, elsewhere.patch()
    )

    verdict = verdict_on(desk, pdf)

    assert verdict.conclusion is Conclusion.TOTAL_FAILED
    assert "content_covered" in told(verdict)


def test_a_seal_whose_line_crosses_a_letter_needs_a_persons_eye(desk: Desk) -> None:
    pdf = elsewhere.as_vgca(typeset(), desk.leader, desk.seal, elsewhere.CROSSING_BOX)

    verdict = verdict_on(desk, pdf)

    assert verdict.conclusion is Conclusion.INDETERMINATE
    assert "content_beneath" in told(verdict)
    assert verdict.modifications is Modifications.PERMITTED
