import pytest

from exchange.codes import (
    guess_qd20,
    is_known,
    is_legacy,
    is_other,
    is_qd20,
    is_registration,
    is_sendable,
)


@pytest.mark.parametrize("code", ["G12", "G09.01", "H37.02.02", "H37.DN.001", "H13." + "1" * 31])
def test_codes_of_the_decision_of_2020_are_told(code):
    assert is_qd20(code)


@pytest.mark.parametrize(
    "code",
    ["", "Z01", "g12", "G1", "G123", "G12.", "G12..1", "G12.a", "H13." + "1" * 32, "G12\n", "G१२"],
)
def test_other_texts_are_no_codes_of_2020(code):
    assert not is_qd20(code)


@pytest.mark.parametrize(
    "code",
    ["000.00.00.H30", "000.00.11.H53", "001.00.10.H47", "14.00.W00", "01.02.G22", "28.22.H17"],
)
def test_older_codes_are_told(code):
    assert is_legacy(code)
    assert not is_qd20(code)


@pytest.mark.parametrize("code", ["H30", "0.00.00.H30", "000.00.00.H3", "000.00.00.00.H30", ""])
def test_other_texts_are_no_older_codes(code):
    assert not is_legacy(code)


@pytest.mark.parametrize("code", ["0100107370", "020100107370", "0100107370-001"])
def test_registration_numbers_are_codes(code):
    assert is_registration(code)
    assert is_known(code)


@pytest.mark.parametrize(
    ("code", "known"), [("Z01A1", True), ("Z99" + "1" * 32, True), ("Z00A", False), ("Z01", False)]
)
def test_other_schemes_have_their_own_letter(code, known):
    assert is_other(code) is known


@pytest.mark.parametrize(
    ("legacy", "guess"),
    [
        ("000.00.00.H30", "H30"),
        ("000.00.11.H53", "H53.11"),
        ("001.00.10.H47", "H47.10.001"),
        ("02.29.W00", "W00.29.02"),
        ("H53.11", None),
    ],
)
def test_the_newer_code_is_guessed_from_the_older(legacy, guess):
    assert guess_qd20(legacy) == guess


@pytest.mark.parametrize("code", ["G12", "02.29.W00", "A" * 35])
def test_any_code_that_fits_a_header_can_be_sent(code):
    assert is_sendable(code)


@pytest.mark.parametrize("code", ["", "A" * 36, "H 13", "H13\r\nX: 1", "Đ13"])
def test_what_would_break_a_header_cannot_be_sent(code):
    assert not is_sendable(code)
