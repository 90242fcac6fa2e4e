"""The servers that the demo and the tests start for themselves."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from redis import Redis
from sqlalchemy import NullPool, create_engine, inspect, text

from core import embedded
from core.embedded import (
    EmbeddedRedis,
    NoRedis,
    answers,
    redis_binary,
    redis_url,
    socket_path,
)

# Starts the server of a folder, says whether it is its own, and stops when told to.
PUKAR = """
import pathlib, sys
from core.embedded import EmbeddedRedis
with EmbeddedRedis(pathlib.Path(sys.argv[1])) as server:
    print(server.ours, flush=True)
    sys.stdin.read()
"""


@pytest.fixture
def folder(redis_program: Path) -> Iterator[Path]:
    """A folder for a server, with a space and Hindi in its short path."""
    assert redis_program.is_file()
    with TemporaryDirectory(prefix="पुकार ") as path:
        yield Path(path) / "redis"


def another_process(folder: Path) -> subprocess.Popen[str]:
    """Start the server of this folder from another process."""
    command = [sys.executable, "-c", PUKAR, str(folder)]
    return subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)


def says(process: subprocess.Popen[str]) -> str:
    assert process.stdout
    return process.stdout.readline().strip()


def eventually(fact: Callable[[], bool]) -> bool:
    deadline = time.monotonic() + 10
    while not fact() and time.monotonic() < deadline:
        time.sleep(0.02)
    return fact()


@pytest.mark.redis
def test_the_redis_of_tests_answers(redis_url: str) -> None:
    assert answers(redis_url)


def test_embedded_redis_keeps_its_data_when_started_again(folder: Path) -> None:
    with EmbeddedRedis(folder) as server, Redis.from_url(server.url) as redis:
        redis.set("caller", "Sita")
    with EmbeddedRedis(folder) as server, Redis.from_url(server.url) as redis:
        kept = redis.get("caller")

    assert kept == b"Sita"


def test_embedded_redis_is_gone_when_stopped(folder: Path) -> None:
    with EmbeddedRedis(folder) as server:
        assert answers(server.url)

    assert not answers(server.url)
    assert not socket_path(folder).exists()


def test_embedded_redis_opens_no_port_and_loses_nothing_by_itself(folder: Path) -> None:
    with (
        EmbeddedRedis(folder) as server,
        Redis.from_url(server.url, decode_responses=True) as redis,
    ):
        settings = redis.config_get("*")

    assert settings["port"] == "0"
    assert settings["appendonly"] == "yes"
    assert settings["appendfsync"] == "everysec"
    assert settings["maxmemory-policy"] == "noeviction"


def test_a_second_process_uses_the_server_that_is_there(folder: Path) -> None:
    first, second = EmbeddedRedis(folder), EmbeddedRedis(folder)
    with first:
        with second:
            assert (first.ours, second.ours) == (True, False)
        assert answers(first.url)


def test_processes_that_start_at_once_share_one_server(folder: Path) -> None:
    processes = [another_process(folder) for _ in range(4)]
    ours = [says(process) for process in processes]
    for process in processes:
        process.communicate("")

    assert sorted(ours) == ["False", "False", "False", "True"]


def test_a_folder_with_a_long_path_has_its_socket_elsewhere(folder: Path) -> None:
    deep = folder / ("long" * 30)

    with EmbeddedRedis(deep) as server:
        assert server.ours

    assert len(os.fsencode(socket_path(deep))) <= embedded.LONGEST_SOCKET_PATH
    assert redis_url(deep) != redis_url(folder / ("long" * 31))


def test_the_server_is_found_through_any_spelling_of_its_folder(folder: Path) -> None:
    folder.mkdir()
    (folder / "link").symlink_to(folder)

    assert redis_url(folder / "link") == redis_url(folder)


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux ends a child with its parent")
def test_the_server_ends_even_when_its_parent_is_killed(folder: Path) -> None:
    with another_process(folder) as parent:
        assert says(parent) == "True"
        assert answers(redis_url(folder))
        parent.send_signal(signal.SIGKILL)

    assert eventually(lambda: not answers(redis_url(folder)))


def test_the_next_server_waits_for_the_last_one_to_end(folder: Path) -> None:
    with another_process(folder) as parent:
        assert says(parent) == "True"
        parent.send_signal(signal.SIGKILL)

    with EmbeddedRedis(folder) as server:
        assert eventually(lambda: answers(server.url))


def test_a_server_that_cannot_start_is_one_line_that_names_its_log(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(embedded.OPTIONS, "appendonly", "perhaps")
    with pytest.raises(NoRedis, match=r"^The embedded Redis does not start: see .*redis\.log"):
        EmbeddedRedis(folder).start()

    assert "appendonly" in (folder / "redis.log").read_text()


def test_without_the_packaged_server_the_machines_own_is_used(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    own = tmp_path / "valkey-server"
    own.touch(mode=0o755)
    monkeypatch.setattr(embedded, "get_redis_server", None)
    monkeypatch.setenv("PATH", str(tmp_path))

    assert redis_binary() == own


def test_without_any_server_one_line_says_what_to_do(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(embedded, "get_redis_server", None)
    monkeypatch.setenv("PATH", str(tmp_path))

    with pytest.raises(NoRedis, match="install Redis 7 or newer, or set REDIS_URL"):
        redis_binary()


def test_the_postgresql_of_tests_answers(postgres_url: str) -> None:
    engine = create_engine(postgres_url, poolclass=NullPool)
    with engine.connect() as connection:
        assert connection.scalar(text("SELECT current_setting('server_encoding')")) == "UTF8"


@pytest.mark.parametrize("turn", ["first", "second"])
def test_a_fresh_database_has_nothing_of_the_test_before(database_url: str, turn: str) -> None:
    engine = create_engine(database_url, poolclass=NullPool)
    with engine.begin() as connection:
        assert not inspect(connection).has_table("turns")
        connection.execute(text("CREATE TABLE turns (turn TEXT)"))
        connection.execute(text("INSERT INTO turns VALUES (:turn)"), {"turn": turn})
        assert connection.scalar(text("SELECT turn FROM turns")) == turn
