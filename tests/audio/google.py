"""A stand-in for Google's voice: a proxy of HTTPS that answers every question itself."""

import base64
import datetime as dt
import io
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import soundfile
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from audio.sound import Samples


@contextmanager
def google(samples: Samples | None, rate: int, folder: Path, status: int = 200) -> Iterator[str]:
    """Answer with this sound, or none, as MP3; gives the proxy's address."""
    answer = _answer(samples, rate)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(_certificate(folder))

    class Proxy(BaseHTTPRequestHandler):
        def do_CONNECT(self) -> None:
            self.send_response(200)
            self.end_headers()
            with context.wrap_socket(self.connection, server_side=True) as line:
                _hear(line)
                head = f"HTTP/1.1 {status} So\r\nContent-Length: {len(answer)}\r\n\r\n"
                line.sendall(head.encode() + answer)
            self.close_connection = True

        def log_message(self, *_: object) -> None:
            """Keep silent."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Proxy)
    thread = threading.Thread(target=server.serve_forever, args=[0.01])
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def _answer(samples: Samples | None, rate: int) -> bytes:
    if samples is None:
        return b"[]\n"
    mp3 = io.BytesIO()
    soundfile.write(mp3, samples, rate, format="MP3")
    sound = base64.b64encode(mp3.getvalue()).decode()
    return f'[["wrb.fr","jQ1olc","[\\"{sound}\\"]",null]]\n'.encode()


def _hear(line: ssl.SSLSocket) -> None:
    """Read a request to its end."""
    with line.makefile("rb") as file:
        length = 0
        while (header := file.readline().strip().lower()) != b"":
            if header.startswith(b"content-length:"):
                length = int(header.partition(b":")[2])
        file.read(length)


def _certificate(folder: Path) -> Path:
    """Make a certificate that nobody vouches for; gTTS does not ask."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "translate.google.com")])
    now = dt.datetime.now(dt.UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(now - dt.timedelta(days=1))
        .not_valid_after(now + dt.timedelta(days=1))
        .sign(key, hashes.SHA256())
    )
    file = folder / "google.pem"
    file.write_bytes(
        certificate.public_bytes(serialization.Encoding.PEM)
        + key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
    )
    return file
