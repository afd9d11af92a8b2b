"""The embedded services as a machine shows them: processes, sockets, passwords, kills."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

import psycopg
import pytest
import redis
from sqlalchemy import make_url

from console.server import command_line, until
from console.services import Services, services_for
from kernel.errors import Refused
from kernel.settings import Settings

ROOT = Path(__file__).parents[2]


@pytest.fixture
def var(tmp_path: Path) -> Path:
    return tmp_path / "dữ liệu của tỉnh"


@pytest.fixture
def own(var: Path) -> Iterator[Services]:
    services = Services(var)
    yield services
    services.stop()


def connect(url: str) -> psycopg.Connection:
    plain = make_url(url).set(drivername="postgresql").render_as_string(hide_password=False)
    return psycopg.connect(plain, autocommit=True)


def queue(services: Services) -> redis.Redis:
    return redis.Redis.from_url(services.redis_url.replace("redis+socket", "unix"))


def remember(services: Services, word: str) -> None:
    with connect(services.owner_database_url) as connection:
        connection.execute("CREATE TABLE memory (word text)")
        connection.execute("INSERT INTO memory VALUES (%s)", [word])
    with queue(services) as client:
        client.set("word", word)


def remembered(services: Services) -> tuple[str, str]:
    with connect(services.owner_database_url) as connection, queue(services) as client:
        row = connection.execute("SELECT word FROM memory").fetchone()
        assert row
        return row[0], client.get("word").decode()


def processes_of(services: Services) -> list[int]:
    """Give the ids of the two servers, found by the paths in their command lines."""
    marks = (f"{services.var / 'postgres'} ", str(services.sockets))
    pids = [int(entry.name) for entry in Path("/proc").iterdir() if entry.name.isdigit()]
    return [pid for pid in pids if any(mark in command_line(pid) for mark in marks)]


def test_what_was_written_yesterday_is_there_after_a_new_start(own: Services) -> None:
    own.start()
    remember(own, "công văn")
    own.stop()

    own.start()

    assert remembered(own) == ("công văn", "công văn")


def test_stopping_leaves_no_process_and_no_socket(own: Services) -> None:
    own.start()
    assert processes_of(own)

    own.stop()

    assert processes_of(own) == []
    assert not own.sockets.exists()


def test_after_everything_was_killed_the_next_start_finds_the_data(var: Path) -> None:
    script = (
        "import signal, sys; from pathlib import Path; from console.services import Services\n"
        "Services(Path(sys.argv[1])).start(); print('started', flush=True); signal.pause()"
    )
    with subprocess.Popen(
        [sys.executable, "-c", script, var], cwd=ROOT, stdout=subprocess.PIPE
    ) as first:
        assert first.stdout
        first.stdout.readline()
        services = Services(var)
        remember(services, "quyết định")
        first.kill()
    for pid in processes_of(services):
        os.kill(pid, signal.SIGKILL)

    services.start()

    assert remembered(services) == ("quyết định", "quyết định")
    services.stop()


def test_servers_left_behind_by_a_killed_run_are_ended_by_the_next_start(var: Path) -> None:
    script = (
        "import os, sys; from pathlib import Path; from console.services import Services\n"
        "Services(Path(sys.argv[1])).start(); os.kill(os.getpid(), 9)"
    )
    subprocess.run([sys.executable, "-c", script, var], cwd=ROOT, check=False)
    services = Services(var)
    orphans = processes_of(services)
    assert orphans

    services.start()

    assert not set(orphans) & set(processes_of(services))
    services.stop()


def test_a_stale_process_id_that_now_belongs_to_another_program_does_no_harm(own: Services) -> None:
    own.start()
    remember(own, "thông báo")
    own.stop()
    with subprocess.Popen(["sleep", "60"]) as stranger:
        (own.var / "redis" / "redis.pid").write_text(f"{stranger.pid}\n")
        pid_file = own.var / "postgres" / "postmaster.pid"
        pid_file.write_text(f"{stranger.pid}\n{own.var / 'postgres'}\n0\n5432\n\n\n")

        own.start()

        assert remembered(own) == ("thông báo", "thông báo")
        assert stranger.poll() is None
        stranger.kill()


def test_a_second_run_on_the_same_folder_is_refused(own: Services, var: Path) -> None:
    own.start()

    with pytest.raises(Refused) as refusal:
        Services(var).start()

    assert refusal.value.code == "console.already_running"


def test_a_command_uses_the_services_that_already_run(own: Services, var: Path) -> None:
    own.start()
    remember(own, "tờ trình")

    with services_for(Settings(var=var)) as settings, connect(settings.owner_database_url) as found:
        row = found.execute("SELECT word FROM memory").fetchone()

    assert row == ("tờ trình",)
    assert remembered(own) == ("tờ trình", "tờ trình")


def test_two_folders_run_side_by_side(services: Services, own: Services) -> None:
    own.start()

    with connect(own.database_url), connect(services.database_url):
        assert own.sockets != services.sockets


def test_a_wrong_password_is_refused_by_both(services: Services) -> None:
    wrong = make_url(services.database_url).set(password="sai")

    with pytest.raises(psycopg.OperationalError, match="password authentication failed"):
        connect(wrong.render_as_string(hide_password=False))
    with (
        redis.Redis(unix_socket_path=str(services.sockets / "redis.sock")) as client,
        pytest.raises(redis.AuthenticationError),
    ):
        client.ping()


def test_passwords_lie_in_private_files_and_on_no_command_line(services: Services) -> None:
    secrets = list((services.var / "secrets").iterdir())
    lines = "".join(command_line(pid) for pid in processes_of(services))

    assert {file.name for file in secrets} == {"postgres", "vanthu_owner", "vanthu_app", "redis"}
    assert {file.stat().st_mode & 0o777 for file in secrets} == {0o600}
    assert not any(file.read_text() in lines for file in secrets)


def test_nothing_listens_on_the_network(services: Services) -> None:
    sockets = {
        str(entry.readlink())
        for pid in processes_of(services)
        for entry in Path(f"/proc/{pid}/fd").iterdir()
        if entry.is_symlink()
    }
    listening = {
        f"socket:[{line.split()[9]}]"
        for table in ("tcp", "tcp6")
        for line in Path(f"/proc/net/{table}").read_text().splitlines()[1:]
        if line.split()[3] == "0A"
    }

    assert not sockets & listening


def test_the_application_owns_nothing_and_may_make_no_table(services: Services) -> None:
    with (
        connect(services.database_url) as connection,
        pytest.raises(psycopg.errors.InsufficientPrivilege),
    ):
        connection.execute("CREATE TABLE mine (id int)")


def test_a_server_that_was_killed_under_a_running_run_is_started_again(own: Services) -> None:
    own.start()
    remember(own, "còn nguyên")
    for process in processes_of(own):
        os.kill(process, signal.SIGKILL)

    mended: set[str] = set()
    assert until(lambda: mended.update(own.mend()) or len(mended) == 2, seconds=20)

    assert mended == {"PostgreSQL", "Redis"}
    assert remembered(own) == ("còn nguyên", "còn nguyên")


def test_redis_taken_away_and_brought_back_still_has_its_bells(own: Services) -> None:
    own.start()
    remember(own, "báo cáo")

    own.stop_redis()
    own.start_redis()
    own.restart_postgres()

    assert remembered(own) == ("báo cáo", "báo cáo")


def test_a_folder_that_cannot_be_written_ends_in_one_sentence(tmp_path: Path) -> None:
    (tmp_path / "var").write_text("a file where the folder should be")

    with pytest.raises(Refused) as refusal:
        Services(tmp_path / "var").start()

    assert refusal.value.code == "console.folder_not_writable"


def test_a_socket_folder_that_is_open_to_others_is_refused(own: Services) -> None:
    own.sockets.mkdir(mode=0o755)

    with pytest.raises(Refused) as refusal:
        own.start()

    assert refusal.value.code == "console.socket_folder_taken"
    own.sockets.rmdir()


START_TWICE = """
import sys; from pathlib import Path; from console.services import Services
s = Services(Path(sys.argv[1])); s.start(); s.restart_postgres(); s.stop()
s.start(); s.stop(); print("well")
"""
STRANGER = ("--reuid=54321", "--regid=54321", "--clear-groups")
NOBODY = ("--reuid=65534", "--regid=65534", "--clear-groups")
READING = ("--inh-caps=+dac_override", "--ambient-caps=+dac_override")


@pytest.fixture
def open_folder() -> Iterator[Path]:
    """A folder that every account of the machine can reach."""
    with TemporaryDirectory(prefix="mở cho mọi người ") as name:
        Path(name).chmod(0o777)
        yield Path(name)


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can become somebody else")
@pytest.mark.parametrize(
    "account",
    [
        pytest.param((*NOBODY, *READING), id="an ordinary user"),
        pytest.param((*STRANGER, *READING), id="a user without a name"),
        pytest.param(("--bounding-set=-sys_admin",), id="root without user namespaces"),
    ],
)
def test_services_start_for(account: tuple[str, ...], open_folder: Path) -> None:
    """The interpreter may lie in root's private home: users keep the power to read it."""
    if (
        account[0] == STRANGER[0]
        and subprocess.run(
            ["setpriv", *STRANGER, "ls", psycopg.__file__], check=False, capture_output=True
        ).returncode
    ):
        pytest.skip("this checkout is closed to other users")

    done = subprocess.run(
        ["setpriv", *account, sys.executable, "-B", "-c", START_TWICE, open_folder / "dữ liệu"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )

    assert (done.stdout.strip(), done.stderr) == ("well", "")


def test_a_server_that_cannot_start_says_where_its_log_is(own: Services) -> None:
    own.start()
    own.stop()
    (own.var / "postgres" / "postgresql.conf").write_text("nonsense = 1\n")

    with pytest.raises(Refused) as refusal:
        own.start()

    assert refusal.value.code == "console.service_did_not_start"
    assert "nonsense" in Path(str(refusal.value.facts["log"])).read_text()
    assert until(lambda: processes_of(own) == [], seconds=5)
