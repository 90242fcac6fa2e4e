"""The collector: fetches what callers spoke, keeps it sealed, and deletes it at the provider.

Each recording is claimed, fetched without holding the database, kept, and only then deleted there.
It is asked for again for days; what cannot be had in the end is lost, and said to be.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from io import BytesIO
from itertools import count
from threading import Event
from urllib.parse import urlsplit

import structlog

from audio.sound import NotSound, read
from audio.vault import Vault, VaultDown
from core.recordings import Recording, Recordings
from core.rounds import keep_at_it
from ivr.download import TooLarge
from ivr.gateway import Gateway
from providers.transport import Refused, TryLater

_PAUSE_SECONDS = 2
_ROUNDS_BETWEEN_TIDYING = 300
# The first bytes of the kinds of audio that providers record (RFC 2361, RFC 3533, ISO 14496-3).
_KINDS = (
    (b"RIFF", "audio/wav"),
    (b"ID3", "audio/mpeg"),
    (b"OggS", "audio/ogg"),
)
# A frame of MPEG audio, of whatever version (ISO 11172-3): 8 kHz is MPEG 2.5.
_SYNC, _LAYER, _LAYER_3 = 0xFFE0, 0x0006, 0x0002

log = structlog.get_logger()


@dataclass(frozen=True)
class Collector:
    """Fetches the recordings of all gateways."""

    recordings: Recordings
    gateways: Mapping[str, Gateway]
    vault: Vault

    def round(self) -> int:
        """Work on the recordings that are due now; give how many there were."""
        due = self.recordings.take_due()
        for recording in due:
            self._work_on(recording)
        return len(due)

    def run(self, stop: Event) -> None:
        """Work on recordings until told to stop, whatever goes wrong on the way."""
        rounds = count()

        def work() -> None:
            self.round()
            if next(rounds) % _ROUNDS_BETWEEN_TIDYING == 0:
                self.tidy_up()

        keep_at_it(stop, work, who="collector", pause=_PAUSE_SECONDS)

    def tidy_up(self) -> None:
        """Remove what came to nothing: spoken again, or never sent."""
        for recording in self.recordings.without_case():
            try:
                self.vault.remove(recording.id)
            except VaultDown as trouble:
                log.warning("vault_down", why=str(trouble))
                return
            self.recordings.mark_dropped(recording)

    def _work_on(self, recording: Recording) -> None:
        try:
            if recording.status == "copied":
                self._delete_there(recording)
            else:
                self._fetch(recording)
        except TooLarge as trouble:
            self._lose(recording, str(trouble))
        except Refused as trouble:
            # An operator may have to allow a host, or to bring a gateway back.
            self._later(recording, f"{trouble} {_host_of(recording)}".rstrip())
        except (TryLater, VaultDown) as trouble:
            self._later(recording, str(trouble))

    def _fetch(self, recording: Recording) -> None:
        if recording.address is None:
            raise Refused("the provider never told where it is")
        content = self._gateway(recording).fetch(recording.address)
        kind = kind_of(content)
        self.vault.keep(recording.id, content)
        self.recordings.mark_copied(recording, kind, seconds_of(content))
        log.info("recording_copied", recording=recording.id, bytes=len(content))

    def _delete_there(self, recording: Recording) -> None:
        if recording.address:
            self._gateway(recording).delete(recording.address)
        self.recordings.mark_kept(recording)

    def _gateway(self, recording: Recording) -> Gateway:
        if gateway := self.gateways.get(recording.gateway):
            return gateway
        raise Refused(f"there is no gateway {recording.gateway}")

    def _later(self, recording: Recording, trouble: str) -> None:
        if not recording.is_too_old:
            self.recordings.postpone(recording, trouble)
            log.warning("recording_waits", recording=recording.id, why=trouble)
        elif recording.status == "copied":
            self.recordings.mark_kept(recording)  # ours is safe; theirs is theirs to answer for
            log.error("recording_not_deleted", recording=recording.id, why=trouble)
        else:
            self._lose(recording, trouble)

    def _lose(self, recording: Recording, trouble: str) -> None:
        if recording.status == "copied":
            self.recordings.mark_kept(recording)
        else:
            self.recordings.mark_lost(recording, trouble)
        log.error("recording_lost", recording=recording.id, why=trouble)


def _host_of(recording: Recording) -> str:
    return urlsplit(recording.address or "").netloc


def seconds_of(content: bytes) -> int | None:
    """Give the whole seconds of a recording; 0 says that next to nothing was spoken."""
    try:
        samples, rate = read(BytesIO(content))
    except NotSound:  # of a kind that is kept and played, but not read here
        return None
    return round(len(samples) / rate)


def kind_of(content: bytes) -> str:
    """Give the kind of audio; raise TryLater for what is none: it may be a page of excuses."""
    for beginning, kind in _KINDS:
        if content.startswith(beginning):
            return kind
    frame = int.from_bytes(content[:2])
    if frame & _SYNC == _SYNC and frame & _LAYER == _LAYER_3:
        return "audio/mpeg"
    raise TryLater("no audio that we know")
