"""What opens a remote credential, and which of it is asked of the person."""

from itertools import combinations

import pytest

from kernel.errors import Refused
from signing.holding.remote.csc.factors import Factor, Lock, holds
from signing.holding.remote.csc.told import CredentialTold
from signing.holding.remote.csc.versions import VersionOne, VersionTwo
from signing.holding.remote.port import Ask, Secret

PIN, OTP, PHONE = Factor("PIN", Ask.PIN), Factor("OTP", Ask.OTP), Factor("mobile", Ask.PHONE)
CERTIFICATE = {"cert": {"certificates": ["MIIB"]}}


def sent(lock: Lock, secret: Secret) -> list[str]:
    return [factor.id for factor, _ in lock.key(secret)]


@pytest.mark.parametrize(
    ("expression", "meant"),
    [
        ("PIN", lambda given: "PIN" in given),
        ("PIN AND OTP", lambda given: {"PIN", "OTP"} <= given),
        ("PIN OR OTP", lambda given: bool({"PIN", "OTP"} & given)),
        ("PIN XOR OTP", lambda given: len({"PIN", "OTP"} & given) == 1),
        ("PIN AND (OTP XOR mobile)", lambda given: "PIN" in given and len(given) == 2),
        ("PIN AND OTP OR mobile", lambda given: "mobile" in given or len(given) == 2),
        ("((PIN) OR (OTP AND mobile))", lambda given: "PIN" in given or len(given) == 2),
    ],
)
def test_an_expression_means_what_the_standard_says(expression: str, meant):
    for size in range(4):
        for given in map(set, combinations(("PIN", "OTP", "mobile"), size)):
            assert holds(expression, given) == meant(given), (expression, given)


@pytest.mark.parametrize("expression", ["", "PIN AND", "(PIN", "PIN)", "PIN OTP", "AND", "()"])
def test_what_is_no_expression_is_refused(expression: str):
    with pytest.raises(Refused, match="bad_answer"):
        holds(expression, {"OTP"})


def test_only_the_fewest_factors_are_sent():
    lock = Lock((PIN, OTP, PHONE), "PIN AND (OTP XOR mobile)")

    assert sent(lock, Secret("1", "2")) == ["PIN", "OTP"]
    assert sent(lock, Secret("1")) == ["PIN", "mobile"]


def test_what_is_missing_is_named():
    with pytest.raises(Refused, match="pin_needed"):
        Lock((PIN, OTP)).key(Secret(otp="2"))
    with pytest.raises(Refused, match="otp_needed"):
        Lock((PIN, OTP)).key(Secret(pin="1"))
    with pytest.raises(Refused, match="otp_needed"):
        Lock((PIN, OTP), "PIN AND OTP").key(Secret(pin="1"))


def test_what_is_optional_is_sent_only_when_it_was_typed():
    lock = Lock((PIN, Factor("OTP", Ask.OTP, optional=True)))

    assert sent(lock, Secret("1")) == ["PIN"]
    assert sent(lock, Secret("1", "2")) == ["PIN", "OTP"]


def test_version_one_reads_presence_as_text_or_truth():
    told = CredentialTold.model_validate(
        CERTIFICATE
        | {
            "authMode": "explicit",
            "PIN": {"presence": True},
            "OTP": {"presence": "optional", "type": "online"},
            "multisign": "5",
        }
    )

    lock = VersionOne().lock(told)

    assert lock.factors == (PIN, Factor("OTP", Ask.OTP, challenged=True, optional=True))
    assert told.multisign == 5


def test_version_two_reads_every_kind_of_factor():
    objects = [
        {"type": "Password", "id": "PIN"},
        {"type": "Password", "id": "code", "generator": "totp"},
        {"type": "ChallengeResponse", "id": "sms"},
        {"type": "PasswordOOB", "id": "mobile"},
    ]
    auth = {"mode": "explicit", "expression": "PIN", "objects": objects}

    lock = VersionTwo().lock(CredentialTold.model_validate(CERTIFICATE | {"auth": auth}))

    assert [(f.ask, f.challenged) for f in lock.factors] == [
        (Ask.PIN, False),
        (Ask.OTP, False),
        (Ask.OTP, True),
        (Ask.PHONE, False),
    ]


@pytest.mark.parametrize("version", [VersionOne(), VersionTwo()])
def test_a_key_that_is_opened_in_a_browser_cannot_be_used(version: VersionOne | VersionTwo):
    told = CredentialTold.model_validate(
        CERTIFICATE | {"authMode": "oauth2code", "auth": {"mode": "oauth2code"}}
    )

    with pytest.raises(Refused, match="browser_needed"):
        version.lock(told)


@pytest.mark.parametrize(
    ("text", "secret"),
    [
        ("246810", Secret("246810")),
        ("246810\n135790", Secret("246810", "135790")),
        ("\n135790", Secret("", "135790")),
        ("mật khẩu có dấu\r\n 135 ", Secret("mật khẩu có dấu", "135")),
    ],
)
def test_pin_and_code_are_two_lines_of_what_was_typed(text: str, secret: Secret):
    assert Secret.typed(text) == secret
