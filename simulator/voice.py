"""Voice calls, the provider's side: calls that wait for a phone, and recordings.

A phone in the browser carries a call out by itself, against the service's webhooks; it needs a
server only to learn that it is called, to leave a recording where the service can fetch it, and
for the words of what it plays.
"""

from __future__ import annotations

import json
import re
import secrets
import time
import wave
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from http import HTTPStatus
from io import BytesIO
from pathlib import Path

from flask import Blueprint, Response, jsonify, request, send_from_directory, url_for

LARGEST_RECORDING = 3 * 1024 * 1024  # bytes; three minutes are less
_E164 = re.compile(r"\+[1-9][0-9]{6,14}")
_SESSION = re.compile(r"ATVId_[0-9a-f]{32}")
_SECONDS_A_CALL_WAITS = 60
_SECONDS_A_RECORDING_STAYS = 24 * 60 * 60  # who needs it has fetched it


@dataclass(frozen=True, slots=True)
class Voice:
    """What the phones can call, and what a call needs of the page.

    `transcript` gives the words for the path of a sound, or nothing. `public_url` is where the
    service finds its own address; without it recordings are where the page was found.
    """

    number: str
    missed_call_number: str
    folder: Path
    transcript: Callable[[str], str]
    public_url: str = ""


@dataclass(frozen=True, slots=True)
class Waiting:
    """A call that waits for its phone to take it."""

    session: str
    caller: str
    phone: str
    request_id: str


class Exchange:
    """The calls that wait, one small file each, which any process of the server may take out."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def place(self, call: Waiting) -> None:
        """Let a call wait for its phone."""
        file = self._file(call.session)
        _make(self._folder)
        unseen = file.with_suffix(".new")
        _write(unseen, json.dumps(asdict(call)).encode())
        unseen.replace(file)

    def waiting(self, phone: str) -> list[Waiting]:
        """List the calls for a phone; one that has waited too long is forgotten."""
        _forget(self._folder, _SECONDS_A_CALL_WAITS)
        return [call for call in self._calls() if call.phone == phone]

    def take(self, session: str) -> bool:
        """Take a call out; say whether it still waited."""
        try:
            self._file(session).unlink()
        except FileNotFoundError:
            return False
        return True

    def _calls(self) -> Iterator[Waiting]:
        for file in sorted(self._folder.glob("*.json")):
            try:
                yield Waiting(**json.loads(file.read_bytes()))
            except FileNotFoundError:
                continue  # somebody took it just now

    def _file(self, session: str) -> Path:
        return self._folder / f"{session}.json"


class Recordings:
    """What was spoken into the phones, for a day."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder.absolute()  # Flask would look for it beside this module

    def keep(self, sound: bytes) -> str:
        """Keep a WAV; give its name. Raises ValueError where it is none."""
        _check_wav(sound)
        _make(self.folder)
        _forget(self.folder, _SECONDS_A_RECORDING_STAYS)
        name = f"{secrets.token_hex(16)}.wav"
        _write(self.folder / name, sound)
        return name


def voice_blueprint(voice: Voice) -> Blueprint:
    """Make the addresses below the page that calls need."""
    exchange = Exchange(voice.folder / "waiting")
    recordings = Recordings(voice.folder / "recordings")
    part = Blueprint("voice", __name__, url_prefix="/voice")

    @part.post("/call")
    def call() -> Response:
        return _place(exchange)

    @part.get("/ringing")
    def list_ringing() -> Response:
        return _unstored(
            {"session": call.session, "from": call.caller, "clientRequestId": call.request_id}
            for call in exchange.waiting(request.args.get("phone", ""))
        )

    @part.post("/taken")
    def take() -> Response:
        session = request.form.get("session", "")
        return jsonify(taken=bool(_SESSION.fullmatch(session)) and exchange.take(session))

    @part.post("/recordings")
    def keep_recording() -> Response:
        request.max_content_length = LARGEST_RECORDING
        try:
            name = recordings.keep(request.get_data())
        except ValueError as error:
            return _refuse(HTTPStatus.BAD_REQUEST, str(error))
        return jsonify(url=_address(voice.public_url, name))

    @part.get("/recordings/<name>.wav")
    def give_recording(name: str) -> Response:
        return send_from_directory(recordings.folder, f"{name}.wav", mimetype="audio/wav")

    @part.get("/said")
    def say_what_was_said() -> Response:
        return jsonify(text=voice.transcript(request.args.get("audio", "")))

    return part


def _place(exchange: Exchange) -> Response:
    """Answer as the provider's API does, whose errors are words or the word None."""
    form = request.form
    if "apiKey" not in request.headers or not form.get("username"):
        return _refuse(HTTPStatus.UNAUTHORIZED, "The supplied authentication is invalid")
    caller = form.get("from", "")
    if not caller:
        return jsonify(entries=[], errorMessage="Invalid callerId")
    request_id = form.get("clientRequestId", "")
    entries = [
        _queue(exchange, Waiting(_new_session(), caller, phone, request_id))
        for phone in form.get("to", "").split(",")
    ]
    return jsonify(entries=entries, errorMessage="None")


def _queue(exchange: Exchange, call: Waiting) -> dict[str, str]:
    if not _E164.fullmatch(call.phone):
        status = "InvalidPhoneNumber"
        return {"phoneNumber": call.phone, "status": status, "sessionId": "None"}
    exchange.place(call)
    return {"phoneNumber": call.phone, "status": "Queued", "sessionId": call.session}


def _new_session() -> str:
    return f"ATVId_{secrets.token_hex(16)}"


def _check_wav(sound: bytes) -> None:
    try:
        with wave.open(BytesIO(sound)):
            pass
    except (wave.Error, EOFError) as error:
        raise ValueError(f"This is no WAV: {error}") from error


def _address(public_url: str, name: str) -> str:
    path = url_for(".give_recording", name=name.removesuffix(".wav"))
    return f"{(public_url or request.host_url).rstrip('/')}{path}"


def _make(folder: Path) -> None:
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)


def _write(file: Path, content: bytes) -> None:
    file.touch(mode=0o600)
    file.write_bytes(content)


def _forget(folder: Path, seconds: float) -> None:
    """Remove what was written longer ago, whoever else does the same."""
    oldest = time.time() - seconds
    for file in folder.glob("*"):
        try:
            if file.stat().st_mtime < oldest:
                file.unlink()
        except FileNotFoundError:
            continue


def _unstored(things: Iterator[dict[str, str]]) -> Response:
    response = jsonify(list(things))
    response.cache_control.no_store = True
    return response


def _refuse(status: HTTPStatus, reason: str) -> Response:
    response = jsonify(error=reason)
    response.status_code = status
    return response
