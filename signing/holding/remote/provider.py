"""Which remote signing services this installation knows: one TOML file each, beside the keys.

Only the signing process reads the folder, so client secrets stay where private keys are. A service
of a public authority makes no *chuyên dùng công vụ* signature (NĐ 68/2024 against NĐ 23/2025), so
none is known until somebody writes such a file and switches remote signing on.
"""

import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Literal, Self

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from kernel.errors import Refused
from kernel.log import logger
from signing.holding.remote.csc.access import Access, ClientCredentials, Given, Login, Session
from signing.holding.remote.csc.service import CscService
from signing.holding.remote.csc.signer import CscSigner
from signing.holding.remote.csc.versions import VersionOne, VersionTwo
from signing.holding.remote.door import Door, Patience
from signing.holding.remote.mysign import MySignLogin, mysign
from signing.holding.remote.port import RemoteService, RemoteSigner
from signing.holding.remote.smartca import SmartCa, SmartCaSigner

_OTHERS = 0o077
_log = logger(__name__)


class Provider(BaseModel):
    """One service, as its file describes it."""

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)

    kind: Literal["csc", "mysign", "smartca"]
    name: str = Field(min_length=1)
    """What people read."""

    url: str
    """Where it is: CSC up to the version (``https://…/csc/v1``), SmartCA up to ``sp769``."""

    client_id: str
    """Who we are to it: client, service provider, or user."""

    secret_file: Path
    """File with the client's secret, password or token, beside this one; mode 0600 or 0400."""

    version: Literal["1.0.4", "2.0"] = "1.0.4"
    """Of the CSC API."""

    login: Literal["basic", "client_credentials", "bearer"] = "client_credentials"
    """How a CSC service lets us in."""

    names_user: bool = True
    """A CSC service serves many users of ours and is told which; else the login is the user's."""

    profile: str = "adss:ras:profile:001"
    """MySign's profile of us."""

    by_phone: bool = True
    """SmartCA is confirmed in the application; else by password and code."""

    authority_file: Path | None = None
    """PEM of the authority behind the service's TLS certificate, where it is no public one."""

    answer_seconds: float = Field(default=30, gt=0)
    person_seconds: float = Field(default=290, gt=0)
    pause_seconds: float = Field(default=2, gt=0)

    @classmethod
    def read(cls, file: Path) -> Self:
        """Read one file; what it names lies beside it.

        Raises:
            Refused: ``remote.bad_settings``.
        """
        try:
            told = tomllib.loads(file.read_text(encoding="utf-8"))
            for name in ("secret_file", "authority_file"):
                if name in told:
                    told[name] = file.parent / str(told[name])
            return cls.model_validate(told)
        except (tomllib.TOMLDecodeError, UnicodeDecodeError, ValidationError) as error:
            _log.exception("remote settings not readable", file=file.name)
            raise Refused("remote.bad_settings") from error

    def service(self, user: str) -> RemoteService:
        """Open the service in the name of one of its users.

        Raises:
            Refused: ``remote.bad_settings``.
        """
        match self.kind:
            case "csc":
                session = Session(self._door(), self._access())
                version = VersionOne() if self.version == "1.0.4" else VersionTwo()
                return CscService(session, version, user if self.names_user else "")
            case "mysign":
                login = MySignLogin(self.client_id, self._secret(), self.profile, user)
                return mysign(self._door(), login)
            case "smartca":
                return SmartCa(
                    self._door(), self.client_id, self._secret(), user, by_phone=self.by_phone
                )

    def signer(
        self, user: str, credential_id: str, certificate: bytes, chain: tuple[bytes, ...]
    ) -> RemoteSigner:
        """Give the signer of a credential that was registered with this certificate."""
        match self.service(user):
            case SmartCa() as smartca:
                return SmartCaSigner(smartca, credential_id, certificate, chain)
            case CscService() as csc:
                return CscSigner(csc, credential_id, certificate, chain)
            case _:
                raise AssertionError(self.kind)

    def _door(self) -> Door:
        patience = Patience(self.answer_seconds, self.person_seconds, self.pause_seconds)
        return Door.open(self.url, patience=patience, authority=self.authority_file)

    def _access(self) -> Access:
        match self.login:
            case "basic":
                return Login(self.client_id, self._secret())
            case "client_credentials":
                return ClientCredentials(self.client_id, self._secret())
            case "bearer":
                return Given(self._secret())

    def _secret(self) -> str:
        try:
            if self.secret_file.stat().st_mode & _OTHERS:
                _log.error("remote secret is open to others", file=self.secret_file.name)
                raise Refused("remote.bad_settings")
            return self.secret_file.read_text(encoding="utf-8").strip()
        except OSError as error:
            _log.exception("remote secret not readable", file=self.secret_file.name)
            raise Refused("remote.bad_settings") from error


def providers(folder: Path) -> Mapping[str, Provider]:
    """Read every provider of a folder by the name of its file; an absent folder has none.

    Raises:
        Refused: ``remote.bad_settings``.
    """
    return {file.stem: Provider.read(file) for file in sorted(folder.glob("*.toml"))}
