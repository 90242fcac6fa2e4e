"""Speech as it is fetched: by telephone providers, which ask for heads and ranges and keep it."""

from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient

from audio.blueprint import audio_blueprint
from audio.library import Library
from audio.speech import Pause
from tests.audio.sounds import NO, YES, spoken


@pytest.fixture
def library(tmp_path: Path) -> Library:
    """A library of two words."""
    library = Library(tmp_path)
    place = library.place("hi", "espeak")
    place.mkdir(parents=True)
    for clip in (YES, NO):
        (place / f"{clip.name}.wav").write_bytes(spoken(0.3))
    return library


@pytest.fixture
def client(library: Library) -> FlaskClient:
    """Who asks."""
    app = Flask(__name__)
    app.register_blueprint(audio_blueprint(library))
    return app.test_client()


@pytest.fixture
def address(library: Library) -> str:
    """Where the two words are heard."""
    return library.address("hi", (YES, Pause(3), NO))


def test_speech_is_a_wav_to_be_kept_for_ever(
    client: FlaskClient, address: str, library: Library
) -> None:
    answer = client.get(address)
    assert answer.status_code == 200
    assert answer.content_type == "audio/wav"
    assert answer.data == library.sound("hi", f"{YES.id}.3.{NO.id}")
    kept = set(answer.headers["Cache-Control"].split(", "))
    assert kept == {"public", "max-age=31536000", "immutable"}
    assert answer.headers["Accept-Ranges"] == "bytes"


def test_a_head_says_how_much_there_is(client: FlaskClient, address: str) -> None:
    whole, head = client.get(address), client.head(address)
    assert head.status_code == 200
    assert head.data == b""
    assert head.headers["Content-Length"] == str(len(whole.data))
    assert head.headers["ETag"] == whole.headers["ETag"]


def test_what_is_kept_is_not_sent_again(client: FlaskClient, address: str) -> None:
    etag = client.get(address).headers["ETag"]
    assert client.get(address, headers={"If-None-Match": etag}).status_code == 304


@pytest.mark.parametrize(
    ("asked", "part"),
    [
        ("bytes=0-99", slice(0, 100)),
        ("bytes=100-", slice(100, None)),
        ("bytes=-5", slice(-5, None)),
    ],
)
def test_a_part_is_given(asked: str, part: slice, client: FlaskClient, address: str) -> None:
    whole = client.get(address).data
    answer = client.get(address, headers={"Range": asked})
    assert answer.status_code == 206
    assert answer.data == whole[part]
    assert answer.headers["Content-Range"].endswith(f"/{len(whole)}")


def test_a_part_beyond_the_end_is_refused(client: FlaskClient, address: str) -> None:
    assert client.get(address, headers={"Range": "bytes=9999999-"}).status_code == 416


def test_an_address_of_an_older_library_is_still_heard(client: FlaskClient, address: str) -> None:
    old = f"/audio/hi/0000000000/{address.rsplit('/', maxsplit=1)[-1]}"
    assert client.get(old).data == client.get(address).data


@pytest.mark.parametrize(
    "address",
    [
        "/audio/hi/-/0123456789.wav",
        f"/audio/en/-/{YES.id}.wav",
        f"/audio/hi/-/{YES.id}",
        "/audio/hi/-/..%2F..%2Fclips.wav",
    ],
)
def test_what_is_not_there_is_not_found(address: str, client: FlaskClient) -> None:
    assert client.get(address).status_code == 404
