"""What a CSC service's errors mean to us, as stable codes.

Services agree on few of the standard's error names and put the cause into the description instead,
so both are looked at. Neither is passed on to people: a description may repeat what was sent, a PIN
for instance.
"""

from kernel.errors import Refused, Unavailable
from signing.holding.remote.door import Answer

_DESCRIPTIONS = (
    ("locked", "remote.locked"),
    ("disabled", "remote.key_disabled"),
    ("certificate is expired", "remote.certificate_not_valid"),
    ("sad expired", "remote.authorisation_expired"),
    ("parameter sad", "remote.authorisation_expired"),
    ("parameter handle", "remote.authorisation_expired"),
    ("parameter credentialid", "remote.no_credential"),
    ("parameter userid", "remote.no_user"),
    ("parameter pin", "remote.wrong_pin"),
    ("parameter otp", "remote.wrong_otp"),
)
_ERRORS = {
    "invalid_pin": "remote.wrong_pin",
    "invalid_otp": "remote.wrong_otp",
    "invalid_authentication_data": "remote.wrong_secret",
    "access_denied": "remote.denied",
    "invalid_token": "remote.not_let_in",
    "authentication_error": "remote.not_let_in",
    "invalid_client": "remote.not_let_in",
    "invalid_grant": "remote.not_let_in",
    "unauthorized_client": "remote.not_let_in",
}
_BUSY = {"server_error", "temporarily_unavailable"}


def require_good(answer: Answer) -> Answer:
    """Give the answer back unless it is a refusal.

    Raises:
        Refused: The service refuses, by what its error means.
        Unavailable: It says that it cannot serve now.
    """
    if answer.good:
        return answer
    error = str(answer.body.get("error", "")).lower()
    if error in _BUSY:
        raise Unavailable("remote.unreachable")
    raise Refused(_meaning(error, str(answer.body.get("error_description", "")).lower()))


def token_of(answer: Answer) -> str:
    """Give the access token that a login gave, whatever words it refuses in.

    Raises:
        Refused: ``remote.not_let_in``.
        Unavailable: It says that it cannot serve now.
    """
    try:
        return require_good(answer).text("access_token")
    except Refused as error:
        raise Refused("remote.not_let_in") from error


def _meaning(error: str, description: str) -> str:
    if error in _ERRORS:
        return _ERRORS[error]
    found = (code for words, code in _DESCRIPTIONS if words in description)
    return next(found, "remote.rejected")
