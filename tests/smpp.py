"""An operator behind a Kannel: a real SMPP line on this machine, as far as SMS go over it.

SMPP 3.4 issue 1.2: §4 the messages on the line, §5.2.12 what an `esm_class` says, §5.3 the tags
that may follow, Appendix B the words of a delivery receipt.
"""

import socket
import struct
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from io import BytesIO
from threading import Lock, Thread
from typing import Literal, TypeAlias

HERE = "127.0.0.1"
HEAD = struct.Struct(">IIII")  # length of the whole, command, status, number
SUBMIT, DELIVER, BIND = 4, 5, 9
ANSWER = 0x80000000
GSM, UCS2 = 0, 8
INTERNATIONAL, ISDN = b"\1", b"\1"
IS_RECEIPT, HAS_HEADER = 0x04, 0x40
RECEIPTED_ID, MESSAGE_STATE = 0x001E, 0x0427
PATIENCE = 10.0

State: TypeAlias = Literal["DELIVRD", "EXPIRED", "UNDELIV"]
STATES: dict[State, bytes] = {"DELIVRD": b"\2", "EXPIRED": b"\3", "UNDELIV": b"\5"}


@dataclass(frozen=True, slots=True)
class Submitted:
    """An SMS, or a part of one, as it was handed to the operator."""

    id: str
    sender: str
    phone: str
    coding: int
    wants_receipt: bool
    udh: bytes
    body: bytes
    tags: dict[int, bytes]


@dataclass
class Operator:
    """What an operator was given, and does when a test says so."""

    port: int
    submitted: list[Submitted] = field(default_factory=list)
    bound_as: list[str] = field(default_factory=list)  # name and password
    refusal: int = 0  # what it says to an SMS instead of taking it
    _line: socket.socket | None = None
    _sent: int = 0
    _lock: Lock = field(default_factory=Lock)

    def reports(self, sms: Submitted, state: State, *, by_tags: bool) -> None:
        """Tell what became of an SMS: in words, and by tags as well or not."""
        words = f"id:{sms.id} sub:001 dlvrd:001 submit date:2611241200 done date:2611241201"
        error = "000" if state == "DELIVRD" else "027"
        words += f" stat:{state} err:{error} text:what was sent"
        tags = _tag(RECEIPTED_ID, sms.id.encode() + b"\0") + _tag(MESSAGE_STATE, STATES[state])
        self._deliver(sms.phone, IS_RECEIPT, GSM, words.encode(), tags if by_tags else b"")

    def brings(self, phone: str, parts: list[str]) -> None:
        """Bring a Hindi SMS from a phone, the last part first: they come in any order."""
        for number in range(len(parts), 0, -1):
            header = bytes([5, 0, 3, 77, len(parts), number]) if len(parts) > 1 else b""
            body = header + parts[number - 1].encode("utf-16-be")
            self._deliver(phone, HAS_HEADER if header else 0, UCS2, body)

    def _deliver(self, phone: str, kind: int, coding: int, body: bytes, tags: bytes = b"") -> None:
        source = INTERNATIONAL + ISDN + phone.removeprefix("+").encode() + b"\0"
        target = b"\0" + ISDN + b"56161\0"
        rest = bytes([kind, 0, 0, 0, 0, 0, 0, coding, 0, len(body)])
        self._sent += 1
        self._write(DELIVER, self._sent, b"\0" + source + target + rest + body + tags)

    def _write(self, command: int, number: int, body: bytes, status: int = 0) -> None:
        assert self._line, "no Kannel is bound"
        with self._lock:
            self._line.sendall(HEAD.pack(HEAD.size + len(body), command, status, number) + body)

    def _serve(self, line: socket.socket) -> None:
        """Answer a Kannel until it leaves."""
        line.settimeout(None)
        with line, line.makefile("rb") as stream, suppress(ConnectionError):
            self._line = line
            while head := stream.read(HEAD.size):
                length, command, _, number = HEAD.unpack(head)
                body = stream.read(length - HEAD.size)
                if command == SUBMIT and self.refusal:
                    self._write(command | ANSWER, number, b"", self.refusal)
                elif not command & ANSWER:
                    self._write(command | ANSWER, number, self._answer(command, body))

    def _answer(self, command: int, body: bytes) -> bytes:
        if command == BIND:
            self.bound_as = [each.decode() for each in body.split(b"\0")[:2]]
            return b"operator\0"
        if command == SUBMIT:
            sms = _read(f"A{len(self.submitted)}", body)
            self.submitted.append(sms)
            return sms.id.encode() + b"\0"
        return b""


@contextmanager
def operator() -> Iterator[Operator]:
    """Serve one Kannel, from its bind until it leaves; it must be over before this is."""
    with socket.create_server((HERE, 0)) as door:
        it = Operator(door.getsockname()[1])
        door.settimeout(PATIENCE)

        def serve() -> None:
            with suppress(TimeoutError):
                it._serve(door.accept()[0])

        thread = Thread(target=serve)
        thread.start()
        try:
            yield it
        finally:
            thread.join()


def _tag(tag: int, value: bytes) -> bytes:
    return struct.pack(">HH", tag, len(value)) + value


def _read(name: str, body: bytes) -> Submitted:
    """Read a submit_sm (§4.4.1)."""
    rest = BytesIO(body)
    _string(rest)
    rest.read(2)
    sender = _string(rest)
    kind, _ = rest.read(2)
    phone = ("+" if kind == INTERNATIONAL[0] else "") + _string(rest)
    esm_class, *_ = rest.read(3)
    _string(rest)
    _string(rest)
    wants_receipt, _, coding, _, length = rest.read(5)
    text = rest.read(length)
    start = 1 + text[0] if esm_class & HAS_HEADER else 0
    tags = {}
    while head := rest.read(4):
        tag, size = struct.unpack(">HH", head)
        tags[tag] = rest.read(size)
    return Submitted(
        name, sender, phone, coding, bool(wants_receipt), text[:start], text[start:], tags
    )


def _string(stream: BytesIO) -> str:
    return b"".join(iter(lambda: stream.read(1), b"\0")).decode()
