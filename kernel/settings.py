"""Settings: one frozen object, read once from the environment (``VANTHU_…``).

Defaults are those of one machine where ``./vanthu run`` starts everything under ``VANTHU_VAR``.
Nothing else in the product reads the environment.
"""

from pathlib import Path
from typing import Literal

from pydantic import Field
from pydantic_settings import BaseSettings, SettingsConfigDict

ROOT = Path(__file__).parent.parent


class Settings(BaseSettings):
    """Where things are and how large they may be."""

    model_config = SettingsConfigDict(env_prefix="VANTHU_", frozen=True)

    var: Path = ROOT / "var"
    """Data folder: database, queue, artifacts, keys, logs."""

    port: int = 8080
    """Port of the web pages on 127.0.0.1 when ``run`` serves them."""

    host: str = "127.0.0.1"

    demo: bool = False
    """Demonstration: invented people, test keys, everything marked; loopback only."""

    public_url: str = "http://127.0.0.1:8080"
    """How people reach the pages; https anywhere but on loopback."""

    database_url: str = ""
    """Application role; SQLAlchemy form ``postgresql+psycopg://…``."""

    owner_database_url: str = ""
    """Role that owns the tables; only migrations use it."""

    redis_url: str = ""
    """Broker and rate limits; losing it loses no document."""

    artifacts: str = ""
    """Folder or ``s3://`` address; empty means ``<var>/artifacts``."""

    signer_socket: Path | None = None
    """Unix socket of the signing process; empty means ``<var>/run/signer.sock``."""

    keys: Path | None = None
    """Folder of key containers that only the signing process reads; empty means ``<var>/keys``."""

    remote_signing: bool = False
    """Whether people may sign with keys at remote services of public authorities.

    Such a signature is no *chữ ký số chuyên dùng công vụ* (NĐ 68/2024), so a person has to decide
    for it: a service is described in ``<keys>/remote/<name>.toml`` and this is switched on.
    """

    trust: Path | None = None
    """Folder of trust anchors, intermediates and revocation lists; empty means ``<var>/trust``."""

    font_dir: Path | None = None
    """Folder with the agency's Times New Roman; empty means the packaged fonts only."""

    secret_key_file: Path | None = None
    """File with the key that signs session cookies; empty means ``<var>/secrets/session``."""

    upload_limit_mb: int = 50
    """Largest single file a person may attach; the axis' gateways take no more."""

    workers: int = 2
    """Celery processes that ``run`` starts."""

    sweep_after_seconds: float = Field(default=60, gt=0)
    """How long a row waits for a worker until the bell is rung again; looked at twice as often."""

    private_network: bool = False
    """Whether authorities are reached inside the government's own network (mạng TSLCD), so that
    hosts of the trust list may have private addresses; a demonstration always may."""

    tsa_url: str = ""
    """Where time-stamps are asked for (RFC 3161 over HTTP); empty means nowhere."""

    tsa_patience_seconds: float = Field(default=180, gt=0)
    """How long the answer may take; the national authority has been seen to need two minutes."""

    tsa_haste_seconds: float = Field(default=3, gt=0)
    """How long signing waits for a time-stamp inside the signature; later ones come beside it."""

    archive_level: Literal["B-T", "B-LT", "B-LTA"] = "B-LTA"
    """How far issued documents are proven (ETSI EN 319 142-1, 6)."""

    evidence_years: int = Field(default=20, gt=0)
    """How long certificates, revocation lists, status answers and time-stamps are kept apart."""

    log_level: str = "INFO"

    @property
    def calls_private_addresses(self) -> bool:
        """Whether hosts of the trust list may have private addresses."""
        return self.demo or self.private_network

    @property
    def artifacts_address(self) -> str:
        """Where artifacts lie."""
        return self.artifacts or str(self.var / "artifacts")

    @property
    def signer_socket_path(self) -> Path:
        """Where the signing process listens."""
        return self.signer_socket or self.var / "run" / "signer.sock"

    @property
    def keys_folder(self) -> Path:
        """Where key containers lie."""
        return self.keys or self.var / "keys"

    @property
    def trust_folder(self) -> Path:
        """Where the trust list lies."""
        return self.trust or self.var / "trust"

    @property
    def session_key_file(self) -> Path:
        """Where the cookie key lies."""
        return self.secret_key_file or self.var / "secrets" / "session"
