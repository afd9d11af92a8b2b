"""The shape of ``credentials/info``: what is read of it, and nothing else.

Read strictly enough that a broken answer is told as one, and loosely enough for services that
write a number as text or leave out what has only one meaning.
"""

from typing import Annotated

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError

from kernel.errors import Refused
from signing.holding.remote.door import Answer


def _presence(value: object) -> object:
    return str(value).lower() if isinstance(value, bool) else value


class _Told(BaseModel):
    model_config = ConfigDict(frozen=True, extra="ignore", hide_input_in_errors=True)


class KeyTold(_Told):
    """The key."""

    status: str = "enabled"
    algo: tuple[str, ...] = ()


class CertificateTold(_Told):
    """The certificate and its issuers, Base64, the signer's first."""

    status: str | None = None
    certificates: tuple[str, ...] = Field(min_length=1)


class FactorTold(_Told):
    """PIN or OTP in version 1."""

    presence: Annotated[str, BeforeValidator(_presence)] = "false"
    type: str | None = None


class ObjectTold(_Told):
    """An authentication object of version 2."""

    type: str
    id: str
    generator: str | None = None


class AuthorisationTold(_Told):
    """How version 2 opens a credential."""

    mode: str
    expression: str | None = None
    objects: tuple[ObjectTold, ...] = ()


class CredentialTold(_Told):
    """A credential, in the words of either version."""

    description: str | None = None
    key: KeyTold = KeyTold()
    cert: CertificateTold
    multisign: int = Field(default=1, ge=1)
    mode: str | None = Field(default=None, alias="authMode")
    pin: FactorTold = Field(default=FactorTold(), alias="PIN")
    otp: FactorTold = Field(default=FactorTold(), alias="OTP")
    auth: AuthorisationTold | None = None


def read(answer: Answer) -> CredentialTold:
    """Read what a service tells of a credential.

    Raises:
        Refused: ``remote.bad_answer``.
    """
    try:
        return CredentialTold.model_validate(answer.body)
    except ValidationError as error:
        raise Refused("remote.bad_answer") from error
