"""The addresses at which speech is heard: by telephone providers, and in the simulator."""

from __future__ import annotations

import hashlib
import io

from flask import Blueprint, Response, abort, send_file

from audio.library import Library, NoSuchClip

_YEAR = 31_536_000  # seconds


def audio_blueprint(library: Library) -> Blueprint:
    """Make the addresses that `Library.address` gives.

    One with an old version is heard as well: a call may have begun before the library changed.
    """
    blueprint = Blueprint("audio", __name__, url_prefix="/audio")

    @blueprint.get("/<language>/<_version>/<tokens>.wav")
    def speech(language: str, _version: str, tokens: str) -> Response:
        try:
            sound = library.sound(language, tokens)
        except NoSuchClip:
            abort(404)
        return _heard_for_ever(sound)

    return blueprint


def _heard_for_ever(sound: bytes) -> Response:
    etag = hashlib.sha256(sound).hexdigest()[:20]
    response = send_file(
        io.BytesIO(sound), mimetype="audio/wav", conditional=True, etag=etag, max_age=_YEAR
    )
    response.cache_control.immutable = True
    return response
