"""``vanthu token``: what a PKCS#11 library sees, and whether a seal's configuration works."""

import secrets
from pathlib import Path

import click
from cryptography import x509

from kernel.words import sentence
from signing.holding.pkcs11 import Pkcs11Key, read_configuration
from signing.holding.token import caution, certificates_on, labels
from signing.making.cms import signed_data


@click.command("token", help=sentence("pkcs11.help"))
@click.argument("module", required=False)
@click.option("--try", "file", type=click.Path(path_type=Path), help=sentence("pkcs11.help_try"))
def token(module: str | None, file: Path | None) -> None:
    """List the tokens of a library, or try the configuration of a seal."""
    if file is not None:
        _try(file)
    elif module:
        _list(module)
    else:
        raise click.UsageError(sentence("pkcs11.usage"))


def _list(module: str) -> None:
    for label in labels(module):
        told = caution(module, label)
        at_risk = told.wrong_before or told.last_try or told.locked
        print(sentence("pkcs11.token_at_risk" if at_risk else "pkcs11.token", token=label))
        for found in certificates_on(module, label):
            holder = x509.load_der_x509_certificate(found.certificate).subject.rfc4514_string()
            key = found.key_id.hex()
            print(sentence("pkcs11.certificate", label=found.label, key=key, holder=holder))


def _try(file: Path) -> None:
    key = Pkcs11Key(read_configuration(file))
    data = secrets.token_bytes(32)
    signed_data(data, key.sign(data), key.certificate, ())  # refuses another key's signature
    key.close()
    print(sentence("pkcs11.works", file=file.name))
