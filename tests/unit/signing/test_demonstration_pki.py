import json
import re
import stat
from pathlib import Path

import pytest
from asn1crypto import pkcs12, x509

from console.demonstration.pki import AgencyKey, PersonKey, create, serve
from signing.holding.keys import Pkcs12Key, facts
from tests.unit.signing.desk import ORGAN, PASSPHRASE, PEOPLE, Desk


def test_everybody_gets_the_certificate_that_is_registered(desk: Desk) -> None:
    assert set(desk.issued.people) == {person.key_id for person in PEOPLE}
    assert set(desk.issued.seals) == {ORGAN}
    assert desk.leader.certificate == desk.issued.people["chu-tich"]
    assert desk.seal.certificate == desk.issued.seals[ORGAN]


def test_every_certificate_says_that_it_has_no_legal_value(desk: Desk) -> None:
    for der in (*desk.issued.people.values(), *desk.issued.seals.values()):
        subject = x509.Certificate.load(der).subject.native
        assert subject["organization_name"] == "THỬ NGHIỆM - KHÔNG CÓ GIÁ TRỊ PHÁP LÝ"
        assert subject["country_name"] == "VN"


def test_keys_are_long_enough(desk: Desk) -> None:
    assert facts(desk.leader.certificate).key_type == "RSA-2048"
    assert facts(desk.seal.certificate).key_type == "RSA-3072"


def test_only_the_owner_may_read_anything(desk: Desk) -> None:
    for root in ("ca", "keys", "trust"):
        for path in (desk.folder / root, *(desk.folder / root).rglob("*")):
            mode = stat.S_IMODE(path.stat().st_mode)
            assert mode == (0o700 if path.is_dir() else 0o600), path


def test_the_containers_make_guessing_slow(desk: Desk) -> None:
    container = (desk.folder / "keys" / "people" / "chu-tich.p12").read_bytes()
    safes = pkcs12.Pfx.load(container).authenticated_safe
    encrypted = next(s for s in safes if s["content_type"].native == "encrypted_data")
    cipher = encrypted["content"]["encrypted_content_info"]["content_encryption_algorithm"]

    assert cipher["parameters"]["key_derivation_func"]["parameters"]["iteration_count"].native >= (
        600_000
    )


def test_the_trust_list_says_where_fresh_lists_are(desk: Desk) -> None:
    sources = json.loads((desk.folder / "trust" / "sources.json").read_text(encoding="utf-8"))

    assert sources == [
        {"issuer": issuer, "crl_url": f"http://127.0.0.1:9/test/crls/{issuer}/latest.crl"}
        for issuer in ("root", "issuing")
    ]
    assert all((desk.folder / "trust" / "crls" / f"{s['issuer']}.crl").exists() for s in sources)


def test_an_authority_is_made_once(desk: Desk) -> None:
    folder = desk.folder

    with pytest.raises(FileExistsError):
        create(folder / "ca", folder / "keys", folder / "trust", [], [], "http://x", PASSPHRASE)


def test_two_installations_do_not_share_an_authority(desk: Desk, tmp_path: Path) -> None:
    issued = create(
        tmp_path / "ca",
        tmp_path / "keys",
        tmp_path / "trust",
        [PersonKey("chu-tich", "Nguyễn Văn Đức")],
        [],
        "http://127.0.0.1:9",
        PASSPHRASE,
    )

    ours, theirs = facts(desk.leader.certificate), facts(issued.people["chu-tich"])
    assert ours.issuer_name != theirs.issuer_name
    assert ours.fingerprint != theirs.fingerprint


@pytest.mark.parametrize("name", ["../evil", "", "a/b", ".hidden"])
def test_a_name_that_leaves_the_folder_is_refused(tmp_path: Path, name: str) -> None:
    with pytest.raises(ValueError, match=re.escape(name) or "^$"):
        create(
            tmp_path / "ca",
            tmp_path / "keys",
            tmp_path / "trust",
            [],
            [AgencyKey(name, "x")],
            "http://127.0.0.1:9",
            PASSPHRASE,
        )


def test_the_server_is_started_for_one_folder_on_one_port(tmp_path: Path) -> None:
    command = serve(tmp_path, 9411)

    assert command[1:] == ["-m", "console.demonstration.serving", str(tmp_path), "9411"]


def test_the_seals_passphrase_opens_seals_only(desk: Desk) -> None:
    passphrase = (desk.folder / "keys" / "seal-passphrase").read_text(encoding="ascii")

    assert len(passphrase) >= 32
    assert passphrase != PASSPHRASE
    container = (desk.folder / "keys" / "seals" / f"{ORGAN}.p12").read_bytes()
    assert Pkcs12Key.open(container, passphrase).certificate == desk.seal.certificate
