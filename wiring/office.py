"""Builds the office of a process: database, store, crafts, signing process, transport."""

from collections.abc import Iterator
from contextlib import suppress
from dataclasses import replace
from functools import cache, lru_cache
from pathlib import Path

from sqlalchemy.pool import NullPool

from documents.typeset import Typesetter
from kernel.bells import Ring, attach, celery_ring, make_queue
from kernel.clock import system_clock
from kernel.database import Sessions, engine_at, sessions_of
from kernel.log import logger
from kernel.objects import Artifacts
from kernel.settings import ROOT, Settings
from signing.checking.verdict import Level
from signing.lasting.timestamps import HastyAuthority, HttpAuthority
from signing.trusting.trust import Trust
from wiring.checking import Checking
from wiring.remote_desk import RemoteDesk
from workflow.exchanging.post_room import PostRoom
from workflow.office import Desk, Lasting, Office
from workflow.signatures.desk import KeyCabinet, SigningDesk
from workflow.signatures.preparing import Preparer
from workflow.signatures.remote_keys import RemoteBatches
from workflow.signatures.remote_services import KINDS, RemoteServices

PACKAGED_FONTS = ROOT / "node_modules" / "@expo-google-fonts" / "tinos"
_log = logger(__name__)


def open_office(
    settings: Settings, *, ring: Ring | None = None, desk: Desk | None = None
) -> Office:
    """Open the office: for the web, for workers and for commands.

    Args:
        settings: Where everything is.
        ring: How workers are called; Celery over Redis unless a test hands in its own.
        desk: The signing process; reached over its socket unless a test hands in its own.
    """
    sessions = open_sessions(settings)
    attach(sessions, ring or celery_ring(make_queue(settings.redis_url)))
    artifacts = Artifacts.at(settings.artifacts_address)
    return Office(
        sessions=sessions,
        clock=system_clock,
        artifacts=artifacts,
        typesetter=open_typesetter(settings),
        desk=desk or RemoteDesk(settings.signer_socket_path),
        transport=PostRoom(sessions, artifacts, system_clock),
        trust=TrustFolder(settings.trust_folder),
        check=open_checking(),
        upload_limit=settings.upload_limit_mb * 1024 * 1024,
        lasting=open_lasting(settings),
    )


def open_lasting(settings: Settings) -> Lasting:
    """Open the way to the time-stamping authority, if there is one."""
    wanted = Lasting(
        wanted=Level(settings.archive_level),
        local=settings.calls_private_addresses,
        evidence_years=settings.evidence_years,
    )
    if not settings.tsa_url:
        return wanted

    def authority(patience: float) -> HttpAuthority:
        trust = TrustFolder(settings.trust_folder)
        return HttpAuthority(settings.tsa_url, trust, system_clock, patience)

    hasty = HastyAuthority(authority(settings.tsa_haste_seconds), system_clock)
    return replace(wanted, authority=authority(settings.tsa_patience_seconds), hasty=hasty)


def open_signing_desk(settings: Settings) -> SigningDesk:
    """Open the keys; only the signing process calls this."""
    sessions = open_sessions(settings)
    preparer = open_preparer(settings)
    services = RemoteServices(settings.keys_folder / "remote", on=settings.remote_signing)
    if settings.remote_signing:
        _log.warning("remote signing is on; it makes no official-duty signatures (68/2024/ND-CP)")
    ring = celery_ring(make_queue(settings.redis_url))
    return SigningDesk(
        cabinet=KeyCabinet.open(settings.keys_folder, dict.fromkeys(KINDS, services.open)),
        sessions=sessions,
        artifacts=Artifacts.at(settings.artifacts_address),
        preparer=preparer,
        services=services,
        remote=RemoteBatches(sessions, preparer, system_clock, ring),
        check=open_checking(),
        trust=TrustFolder(settings.trust_folder),
        clock=system_clock,
    )


def open_preparer(settings: Settings) -> Preparer:
    """Open what prepares files for keys, wherever these lie."""
    return Preparer(
        artifacts=Artifacts.at(settings.artifacts_address),
        typesetter=open_typesetter(settings),
        clock=system_clock,
        demo=settings.demo,
    )


@cache
def open_checking() -> Checking:
    """Open the validator: one for all offices of this process, its memory apart from theirs."""
    return Checking()


def open_sessions(settings: Settings) -> Sessions:
    """Open the application's sessions; a connection lives as long as its session.

    PostgreSQL listens on a local socket or near by, where connecting costs a millisecond or two;
    without a pool no process holds connections it does not use, and none outlives a restart.
    """
    return sessions_of(engine_at(settings.database_url, poolclass=NullPool))


def open_typesetter(settings: Settings) -> Typesetter:
    """Open the typesetter with the agency's own fonts first."""
    folders = [PACKAGED_FONTS]
    if settings.font_dir is not None:
        folders.insert(0, settings.font_dir)
    return Typesetter(tuple(folders))


class TrustFolder:
    """The trust list of a folder, read again when its files change."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def __call__(self) -> Trust:
        """Give the trust list as it stands now."""
        return _load(self._folder, _stamp(self._folder))


@lru_cache(maxsize=4)
def _load(folder: Path, _: tuple[tuple[str, int], ...]) -> Trust:
    return Trust.load(folder)


def _stamp(folder: Path) -> tuple[tuple[str, int], ...]:
    return tuple(_moments(folder))


def _moments(folder: Path) -> Iterator[tuple[str, int]]:
    for file in sorted(folder.rglob("*")):
        with suppress(FileNotFoundError):  # a newer list took its place this very moment
            if file.is_file():
                yield str(file), file.stat().st_mtime_ns
