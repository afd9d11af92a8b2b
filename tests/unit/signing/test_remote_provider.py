"""Which remote services an installation knows, and how they are reached."""

from pathlib import Path

import pytest

from kernel.errors import Refused
from signing.holding.remote.csc.signer import CscSigner
from signing.holding.remote.door import Door
from signing.holding.remote.provider import Provider, providers
from signing.holding.remote.smartca import SmartCaSigner

GOOD = """
kind = "csc"
name = "CA công cộng"
url = "https://ca.example/csc/v1"
client_id = "office"
secret_file = "ca.secret"
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    secret = tmp_path / "ca.secret"
    secret.write_text("rất bí mật\n", encoding="utf-8")
    secret.chmod(0o600)
    return tmp_path


def provider(folder: Path, text: str = GOOD) -> Provider:
    file = folder / "ca.toml"
    file.write_text(text, encoding="utf-8")
    return Provider.read(file)


def test_an_installation_without_the_folder_knows_none(tmp_path: Path):
    assert providers(tmp_path / "remote") == {}


def test_each_file_is_one_service(folder: Path):
    provider(folder)

    assert providers(folder)["ca"].name == "CA công cộng"


@pytest.mark.parametrize(
    ("kind", "signer"), [("csc", CscSigner), ("mysign", CscSigner), ("smartca", SmartCaSigner)]
)
def test_each_kind_gives_its_signer(folder: Path, kind: str, signer: type):
    known = provider(folder, GOOD.replace('"csc"', f'"{kind}"'))

    assert isinstance(known.signer("user", "id", b"", ()), signer)


@pytest.mark.parametrize(
    "text",
    [
        GOOD.replace('kind = "csc"', 'kind = "other"'),
        GOOD + 'password = "in the open"',
        GOOD.replace('client_id = "office"', ""),
        "kind = ",
        GOOD + "answer_seconds = 0",
    ],
)
def test_a_file_that_is_not_understood_is_refused(folder: Path, text: str):
    with pytest.raises(Refused, match="bad_settings"):
        provider(folder, text)


def test_a_secret_that_is_missing_is_told_when_it_is_needed(folder: Path):
    known = provider(folder)
    (folder / "ca.secret").unlink()

    with pytest.raises(Refused, match="bad_settings"):
        known.service("user")


def test_a_secret_that_others_can_read_is_not_used(folder: Path):
    known = provider(folder)
    (folder / "ca.secret").chmod(0o640)

    with pytest.raises(Refused, match="bad_settings"):
        known.service("user")


def test_the_secret_is_not_shown(folder: Path):
    known = provider(folder)

    assert "rất bí mật" not in repr(known) + repr(known.service("user"))


@pytest.mark.parametrize(
    "url", ["http://ca.example/csc/v1", "ftp://ca.example", "ca.example", "http://10.0.0.1/csc"]
)
def test_nothing_is_sent_without_tls_beyond_this_machine(url: str):
    with pytest.raises(Refused, match="bad_settings"):
        Door.open(url)


@pytest.mark.parametrize("url", ["https://ca.example/csc/v1", "http://127.0.0.1:8080/csc/v1"])
def test_tls_or_this_very_machine_will_do(url: str):
    assert str(Door.open(url).client.base_url) == url + "/"
