"""A provider as its gateway meets it: a real HTTP server on this machine that plays its part."""

import socket
import ssl
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.message import Message
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from socketserver import TCPServer, ThreadingMixIn
from tempfile import TemporaryDirectory
from threading import Event, Lock, Thread
from types import TracebackType
from typing import Literal, Self, TypeAlias
from urllib.parse import parse_qsl, urlsplit

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

HERE = "127.0.0.1"
FULL = 4  # connections that a queue of length 0 does not hold on any system
PAUSE = 0.005  # seconds between two looks whether the test is over


@dataclass(frozen=True, slots=True)
class Asked:
    """A request as it came over the wire; a header is found whatever its case."""

    method: str
    path: str
    query: str
    headers: Message
    body: bytes

    @property
    def raw(self) -> str:
        """The fields as they came: the form of a post, or else the query."""
        return self.body.decode("ascii") if self.method == "POST" else self.query

    @property
    def fields(self) -> list[tuple[str, str]]:
        """The fields as they are meant, in their order."""
        return parse_qsl(self.raw, keep_blank_values=True, strict_parsing=True)


@dataclass(frozen=True, slots=True)
class Answer:
    """What the provider answers, and when; or where it `breaks` the connection off instead."""

    status: int = 200
    kind: str = "application/json"
    body: str = ""
    seconds: float = 0
    breaks: Literal["", "before the answer", "within the answer"] = ""


Answers: TypeAlias = Callable[[Asked], Answer] | Sequence[Answer]


class Provider:
    """A provider that is up while the test is within `with`.

    `answers` are given in their order and the last one from then on, or what a callable makes of
    each request; they may be changed at any time. `requests` are all that came so far.
    """

    def __init__(self, answers: Answers = (Answer(),), *, certificate: Path | None = None) -> None:
        self.answers = answers
        self.requests: list[Asked] = []
        self._server = _Server(self.answer)
        if certificate:
            self._server.speak_tls(certificate)
        self._thread = Thread(target=self._server.serve_forever, args=(PAUSE,))
        scheme = "https" if certificate else "http"
        self.url = f"{scheme}://{HERE}:{self._server.server_port}"

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._server.stop()
        self._thread.join()

    def answer(self, asked: Asked) -> Answer:
        """Keep a request, and say what it gets."""
        with self._server.lock:
            self.requests.append(asked)
            if not callable(self.answers):
                first, *rest = self.answers
                self.answers = rest or [first]
                return first
        return self.answers(asked)


@contextmanager
def nobody() -> Iterator[str]:
    """Give an address at which every connection is refused, and keep it from everybody else."""
    with socket.socket() as unheard:
        unheard.bind((HERE, 0))
        yield f"http://{HERE}:{unheard.getsockname()[1]}"


@contextmanager
def nowhere() -> Iterator[str]:
    """Give an address at which connections are neither taken nor refused, as behind a firewall."""
    with socket.socket() as deaf, ExitStack() as callers:
        deaf.bind((HERE, 0))
        deaf.listen(0)
        for _ in range(FULL):  # its queue is full, and further calls are dropped
            caller = callers.enter_context(socket.socket())
            caller.setblocking(False)
            caller.connect_ex(deaf.getsockname())
        yield f"http://{HERE}:{deaf.getsockname()[1]}"


@contextmanager
def untrusted_certificate() -> Iterator[Path]:
    """Make a certificate (and its key) that no client trusts."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "localhost")])
    builder = x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
    builder = builder.not_valid_before(datetime.now(UTC) - timedelta(days=1))
    made = builder.not_valid_after(datetime.now(UTC) + timedelta(days=1)).sign(key, hashes.SHA256())
    secret = key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )
    with TemporaryDirectory() as folder:
        file = Path(folder) / "certificate.pem"
        file.write_bytes(secret + made.public_bytes(serialization.Encoding.PEM))
        yield file


class _Server(ThreadingMixIn, HTTPServer):
    """A server whose connections all end with it, also those that wait or are kept open."""

    daemon_threads = False
    request_queue_size = 64

    def __init__(self, answer: Callable[[Asked], Answer]) -> None:
        self.answer = answer
        self.lock = Lock()
        self.is_over = Event()
        self.connections: set[socket.socket] = set()
        super().__init__((HERE, 0), _Handler)

    def speak_tls(self, certificate: Path) -> None:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(certificate)
        self.socket = context.wrap_socket(self.socket, server_side=True)

    def server_bind(self) -> None:
        """Bind without asking a name server who we are, as `http.server` does."""
        TCPServer.server_bind(self)
        self.server_port = self.server_address[1]

    def handle_error(self, request: object, client_address: object) -> None:
        """Say nothing: a client that gave up waiting is no news."""

    def stop(self) -> None:
        self.is_over.set()
        self.shutdown()
        with self.lock:
            for connection in self.connections:
                with suppress(OSError):
                    connection.shutdown(socket.SHUT_RDWR)
        self.server_close()


class _Handler(BaseHTTPRequestHandler):
    """Plays the provider on one connection, which is kept open as real ones are."""

    protocol_version = "HTTP/1.1"
    server: _Server

    def setup(self) -> None:
        super().setup()
        with self.server.lock:
            self.server.connections.add(self.connection)

    def handle(self) -> None:
        if not self.server.is_over.is_set():
            super().handle()

    def finish(self) -> None:
        with self.server.lock:
            self.server.connections.discard(self.connection)
        super().finish()

    def do_GET(self) -> None:
        self.do_POST()

    def do_POST(self) -> None:
        address = urlsplit(self.path)
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        method = self.command
        asked = Asked(method, address.path, address.query, self.headers, body)
        answer = self.server.answer(asked)
        self.server.is_over.wait(answer.seconds)
        if answer.breaks == "before the answer":
            self.close_connection = True
        else:
            self._write(answer)

    def _write(self, answer: Answer) -> None:
        body = answer.body.encode()
        self.send_response(answer.status)
        self.send_header("Content-Type", answer.kind)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        if answer.breaks == "within the answer":
            self.close_connection = True
            body = body[: len(body) // 2]
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """Say nothing: tests look at `requests`."""
