"""Accounts: who may sign in. Passwords are kept as Argon2id and nowhere else."""

from datetime import datetime
from uuid import UUID

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from sqlalchemy import select

from kernel.errors import Refused
from workflow.models import Account
from workflow.office import Office

_hasher = PasswordHasher()
_NOBODY = _hasher.hash("the time a wrong name takes must be that of a wrong password")


def hashed(password: str) -> str:
    """Give the Argon2id form of a password."""
    return _hasher.hash(password)


def sign_in(office: Office, username: str, password: str) -> Account:
    """Give the account if the password is right.

    Raises:
        Refused: Name or password is wrong, or the account is closed; which of them is not told.
    """
    with office.act() as session:
        account = session.scalars(
            select(Account).where(Account.username == username.strip().lower())
        ).first()
        if not _matches(account.password_hash if account else _NOBODY, password):
            raise Refused("account.wrong")
        if account is None or _closed(account, office.clock()):
            raise Refused("account.wrong")
        if _hasher.check_needs_rehash(account.password_hash):
            account.password_hash = hashed(password)
        return account


def account_of(office: Office, account_id: UUID, epoch: int) -> Account | None:
    """Give the account of a running session, or none if it was closed or ended meanwhile."""
    with office.sessions() as session:
        account = session.get(Account, account_id)
        if account is None or _closed(account, office.clock()) or account.session_epoch != epoch:
            return None
        _ = account.person.full_name
        return account


def _matches(stored: str, password: str) -> bool:
    try:
        return _hasher.verify(stored, password)
    except (VerificationError, InvalidHashError):
        return False


def _closed(account: Account, now: datetime) -> bool:
    return account.closed_at is not None and account.closed_at <= now
