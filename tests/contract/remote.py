"""A leader whose key lies at a remote service, and what the office wants signed there."""

from datetime import timedelta
from hashlib import sha256

from signing.holding.remote.door import Door, Patience
from signing.holding.remote.port import ToSign
from signing.making.fields import SIGNER_SIGNATURE
from signing.making.two_phase import Prepared, prepare_signature
from tests.contract.servers.keys import Key
from tests.unit.signing.desk import PASSPHRASE, Desk, picture, reserved

BRIEF = Patience(answer=2.5, person=4, pause=0.05)
"""Long enough for a busy machine, short enough for a test that waits in vain."""


def leaders_key(desk: Desk, name: str = "chu-tich") -> Key:
    """The key that the demonstration's authority issued to a person, as a service would hold it."""
    return Key.of(desk.folder / "keys" / "people" / f"{name}.p12", PASSPHRASE)


def door(address: str, patience: Patience = BRIEF) -> Door:
    return Door.open(address, patience=patience)


def things(count: int) -> list[ToSign]:
    """What a service is asked to sign where no document is needed for it."""
    return [
        ToSign(
            f"Công văn số {place}", sha256(b"shown %d" % place).hexdigest(), b"signed %d" % place
        )
        for place in range(count)
    ]


def prepared(desk: Desk, key: Key, count: int) -> list[Prepared]:
    """Documents whose signature waits for its value, no two alike."""
    pdf = reserved()
    return [
        prepare_signature(
            pdf,
            key.certificates[0],
            tuple(key.certificates[1:]),
            picture=picture(SIGNER_SIGNATURE, "Ký bởi: Nguyễn Văn Đức"),
            signed_at=desk.now + timedelta(seconds=place),
            reason=f"Ký ban hành {place}",
            location="Cần Thơ",
        )
        for place in range(count)
    ]


def to_sign(prepared: list[Prepared]) -> list[ToSign]:
    return [
        ToSign(f"Văn bản {place}", sha256(one.pdf).hexdigest(), one.attributes)
        for place, one in enumerate(prepared, 1)
    ]
