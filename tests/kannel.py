"""A real Kannel on this machine, set up as docs/kannel.conf says and ended with who started it.

Behind it is an operator's SMPP line, or else Kannel's own fake operator with its phones, as in
`make demo-kannel`. The fake operator listens at every address of the machine, but turns away
whoever calls from another machine.
"""

import os
import re
import shlex
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from textwrap import indent
from threading import Event
from typing import IO, Self
from urllib.parse import quote, quote_from_bytes, unquote_to_bytes

import requests

from core.alphabet import count_septets
from core.embedded import die_with_parent
from core.settings import Settings
from tests.servers import Missing

HERE = "127.0.0.1"
PATIENCE = 20.0  # seconds for a program to come up, or to end
FAREWELL = 0.2  # seconds for a bearerbox to end: it may take ten, and loses nothing if it is killed
PAUSE = 0.02
RECIPE = Path(__file__).parent.parent / "docs" / "kannel.conf"
PUKAR = str(Path(sys.executable).with_name("pukar"))
PROGRAMS = ("bearerbox", "smsbox", "fakesmsc")
PLACES = (os.environ.get("PATH", ""), "/usr/sbin", "/usr/lib/kannel/test")
SHORT_CODE = "56161"
# The fake operator hears one program at a time. So what phones write has a line of its own, over
# which nothing is sent to them.
FAKE_OPERATOR = """\
group = smsc
smsc = fake
smsc-id = OPERATOR
port = {phones}
connect-allow-ip = 127.0.0.1

group = smsc
smsc = fake
smsc-id = WRITERS
allowed-smsc-id = NOBODY
port = {writers}
connect-allow-ip = 127.0.0.1
"""
OPERATORS_LINE = re.compile(r"(?<=# --- The operator's line.\n\n).*(?=\n# --- DLT)", re.DOTALL)
GOT = re.compile(rb".* Got message \d+: <(.*)>")
SMS = re.compile(rb"(\S+) (\S+) (?:udh (\S+) )?(text|ucs-2|data) ?(.*)", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Sms:
    """An SMS, or a part of one, as a phone received it."""

    sender: str
    phone: str
    udh: bytes
    is_ucs2: bool
    text: str


class Kannel:
    """A bearerbox and its smsbox, from `start` to `stop` or within `with`.

    `service` is where Pukar listens. `fills` are further words of the recipe, and what stands in
    their places; `smpp` is the port of an operator.
    """

    username, password = "pukar", "secret"

    def __init__(
        self,
        folder: Path,
        service: str,
        *,
        key: str = "",
        smpp: int | None = None,
        fills: Mapping[str, str] | None = None,
    ) -> None:
        admin, self._boxes, sendsms, self._phones, self._writers = free_ports(5)
        self.send_url = f"http://{HERE}:{sendsms}/cgi-bin/sendsms"
        self._admin_url = f"http://{HERE}:{admin}/status.txt?password=STATUS-PASSWORD"
        self._has_phones = smpp is None
        self._folder = folder
        self._ending = ExitStack()
        self._processes: list[subprocess.Popen[bytes]] = []
        for part in ("store", "dlr"):
            (folder / part).mkdir(parents=True, exist_ok=True)
        for old in folder.glob("*.out"):
            old.unlink()
        line = FAKE_OPERATOR.format(phones=self._phones, writers=self._writers)
        recipe = RECIPE.read_text()
        config = OPERATORS_LINE.sub(line, recipe) if self._has_phones else recipe
        places = {
            "port = 13000": f"port = {admin}",
            "port = 13001": f"port = {self._boxes}",
            "port = 13013": f"port = {sendsms}",
            "/var/spool/kannel": str(folder),
            "/var/log/kannel": str(folder),
            "SENDSMS-PASSWORD": self.password,
            "PUKAR-URL": service,
            "WEBHOOK-KEY": quote(key),
        }
        if smpp:
            address = {"OPERATOR-HOST": HERE, "OPERATOR-PORT": str(smpp)}
            places |= address | {"SMPP-NAME": "police", "SMPP-PASSWORD": "secret"}
        self._config = folder / "kannel.conf"
        self._config.write_text(_filled(config, places | dict(fills or {})))

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    def start(self) -> None:
        """Return once it is ready to carry SMS."""
        with ExitStack() as starting:
            self._start(starting, "bearerbox", str(self._config))
            self._wait_until(lambda: listens(self._boxes) and "running" in self._status())
            self._start(starting, "smsbox", str(self._config))
            self._wait_until(lambda: "smsbox:" in self._status())
            if self._has_phones:
                line = ["-H", HERE, "-r", str(self._phones), "-m", "0"]
                self._start(starting, "fakesmsc", *line, "it only listens")
            self._wait_until(lambda: "(online" in self._status())
            self._ending = starting.pop_all()

    def stop(self) -> None:
        """End it; what it holds for a phone stays in its folder."""
        self._processes.clear()
        self._ending.close()

    def phones_off(self) -> None:
        """Let the fake operator find no phone, until the next start."""
        self._processes[-1].terminate()
        wait_until(lambda: "(online" not in self._status(), self._said)

    def received(self) -> list[Sms]:
        """List what phones received, in its order."""
        lines: list[bytes] = []
        for line in (self._folder / "fakesmsc.out").read_bytes().split(b"\n"):
            if got := GOT.fullmatch(line):
                if SMS.fullmatch(got[1]):
                    lines.append(got[1])
                else:  # the fake operator ends an SMS at its first line
                    lines[-1] += b"\n" + got[1]
        return [_read(line) for line in lines]

    def receives(self, count: int) -> list[Sms]:
        """Wait until phones have received so many; list them."""
        wait_until(lambda: len(self.received()) >= count, lambda: str(self.received()))
        return self.received()

    def writes(self, phone: str, text: str) -> None:
        """Let a phone send an SMS, as an operator encodes it."""
        is_gsm = count_septets(text) is not None
        code = text if is_gsm else quote_from_bytes(text.encode("utf-16-be"))
        command = self.writing(phone, "text" if is_gsm else "ucs2", code)
        with subprocess.Popen(command, stderr=subprocess.PIPE) as writer:
            assert writer.stderr
            while b"sent message" not in (said := writer.stderr.readline()):
                assert said, "the fake operator is not there"
            writer.terminate()  # it would stay and listen

    def asks_in_vain(self) -> None:
        """Wait until it has called Pukar and got no answer."""
        output = self._folder / "smsbox.out"
        wait_until(lambda: b"Couldn't fetch" in output.read_bytes(), self._said)

    def writing(self, phone: str, kind: str, code: str) -> list[str]:
        """Give the command by which a phone sends an SMS."""
        line = ["-H", HERE, "-r", str(self._writers), "-m", "1"]
        return [str(program("fakesmsc")), *line, f"{phone} {SHORT_CODE} {kind} {code}"]

    def _start(self, starting: ExitStack, name: str, *options: str) -> None:
        output = starting.enter_context((self._folder / f"{name}.out").open("ab"))
        one = running([str(program(name)), *options], output=output, patience=FAREWELL)
        self._processes.append(starting.enter_context(one))

    def _status(self) -> str:
        """Give the bearerbox's page on who is there."""
        try:
            return requests.get(self._admin_url, timeout=PATIENCE).text
        except requests.ConnectionError:
            return ""

    def _wait_until(self, came: Callable[[], bool]) -> None:
        """Wait, but for nothing that cannot come any more."""

        def came_or_never_will() -> bool:
            if any(process.poll() is not None for process in self._processes):
                raise RuntimeError(self._said())
            return came()

        wait_until(came_or_never_will, self._said)

    def _said(self) -> str:
        outputs = sorted(self._folder.glob("*.out"))
        return "\n".join(f"{each.name}:\n{each.read_text(errors='replace')}" for each in outputs)


def program(name: str) -> Path:
    """Find one of Kannel's programs."""
    if found := shutil.which(name, path=os.pathsep.join(PLACES)):
        return Path(found)
    message = "Kannel (Debian: apt-get install kannel kannel-extras)"
    raise Missing(message)


def free_ports(count: int) -> list[int]:
    """Find ports that nobody has."""
    with ExitStack() as held:
        sockets = [held.enter_context(socket.socket()) for _ in range(count)]
        for each in sockets:
            each.bind((HERE, 0))
        return [int(each.getsockname()[1]) for each in sockets]


def listens(port: int) -> bool:
    """Say whether somebody listens there, without calling: a bearerbox takes a call a second."""
    return f":{port:04X} 00000000:0000 0A " in Path("/proc/net/tcp").read_text()


def wait_until(came: Callable[[], bool], why_not: Callable[[], str]) -> None:
    """Look again and again, until something came true or patience is at its end."""
    deadline = time.monotonic() + PATIENCE
    while not came():
        if time.monotonic() > deadline:
            raise TimeoutError(why_not())
        time.sleep(PAUSE)


@contextmanager
def running(
    command: list[str],
    *,
    patience: float = PATIENCE,
    output: IO[bytes] | None = None,
    environment: Mapping[str, str] | None = None,
    folder: Path | None = None,
) -> Iterator[subprocess.Popen[bytes]]:
    """Run a program in a session of its own, where Ctrl-C does not reach it; end it at the end."""
    process = subprocess.Popen(
        command,
        stdin=subprocess.DEVNULL,
        stdout=output,
        stderr=output,
        start_new_session=True,
        preexec_fn=die_with_parent(signal.SIGTERM),  # noqa: PLW1509  it takes no lock
        env=environment,
        cwd=folder,
    )
    try:
        yield process
    finally:
        process.terminate()
        try:
            process.wait(patience)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def _filled(recipe: str, places: Mapping[str, str]) -> str:
    for place, value in places.items():
        assert place in recipe, place
        recipe = recipe.replace(place, value)
    return recipe


def _read(line: bytes) -> Sms:
    """Read a line of the fake operator. Of a part it does not tell the alphabet.

    In UCS-2 our texts have bytes 0 (ASCII) or 9 (Devanagari), in the alphabet of GSM neither.
    """
    parsed = SMS.fullmatch(line)
    assert parsed, line
    sender, phone, udh, kind, code = parsed.groups()
    body = code if kind == b"text" else unquote_to_bytes(code.replace(b"+", b" "))
    is_ucs2 = kind == b"ucs-2" or (kind == b"data" and not {0, 9}.isdisjoint(body))
    header = unquote_to_bytes(udh.replace(b"+", b" ")) if udh else b""
    text = body.decode("utf-16-be" if is_ucs2 else "utf-8")
    return Sms(sender.decode(), phone.decode(), header, is_ucs2, text)


def main() -> None:
    """Run the service with Kannel and its phones until Ctrl-C."""
    # A flag, and no exception: one that came while a child is looked at would leave a lock behind.
    stop = Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: stop.set())
    port = os.environ.get("PORT", "8000")
    folder = Path(os.environ.get("DATA_DIR", "var/kannel")).resolve()
    address = f"http://{HERE}:{port}"
    try:
        with Kannel(folder / "kannel", address) as kannel:
            environment = _demo(kannel, port, folder)
            # There is no `.env` in that folder, with which the demo would meddle in real work.
            with running([PUKAR, "serve"], environment=environment, folder=folder) as service:
                _show(kannel, service, address, folder, stop)
            if not stop.is_set():
                sys.exit("The service has ended.")
    except Missing as what:
        sys.exit(f"Missing: {what}")


def _demo(kannel: Kannel, port: str, folder: Path) -> dict[str, str]:
    ours = {str(field.alias) for field in Settings.model_fields.values()}
    others = {name: value for name, value in os.environ.items() if name not in ours}
    return others | {
        "PORT": port,
        "DATA_DIR": str(folder),
        "SMS_GATEWAYS": "kannel",
        "KANNEL_SEND_URL": kannel.send_url,
        "KANNEL_USERNAME": kannel.username,
        "KANNEL_PASSWORD": kannel.password,
        "KANNEL_SENDER": SHORT_CODE,
    }


def _show(
    kannel: Kannel, service: subprocess.Popen[bytes], address: str, folder: Path, stop: Event
) -> None:
    """Say how a phone writes, and what phones receive, until told to stop, or the service ends."""

    def is_ready_or_over() -> bool:
        with suppress(requests.ConnectionError):
            return requests.get(f"{address}/health/ready", timeout=PATIENCE).ok
        return stop.is_set() or service.poll() is not None

    wait_until(is_ready_or_over, lambda: "The service does not start.")
    if service.poll() is None:
        text = "शिकायत 800001 कल रात साइकिल चोरी हो गई"
        command = shlex.join(kannel.writing("+919800000001", "text", text))
        print("  A phone sends an SMS, from another terminal:\n")
        print(f"    timeout 1 {command}\n")
        print(f"  The police:\n\n    DATA_DIR={shlex.quote(str(folder))} {PUKAR} cases list\n")
        print("  What phones receive:\n", flush=True)
    shown = 0
    while service.poll() is None and not stop.wait(PAUSE):
        for sms in kannel.received()[shown:]:
            part = f" ({sms.udh[5]} of {sms.udh[4]})" if sms.udh else ""
            print(f"{sms.phone}{part}\n{indent(sms.text, '    ')}", flush=True)
            shown += 1


if __name__ == "__main__":
    main()
