"""eSpeak NG: speaks at once and without the internet, like a machine.

The library comes as a package (`espeakng-loader`). Calls and numbers are those of its `speak_lib.h`
(https://github.com/espeak-ng/espeak-ng/blob/1.52.0/src/include/espeak-ng/speak_lib.h).
"""

from __future__ import annotations

import ctypes
import threading
from functools import cache

import numpy as np

from audio.engine import NoVoice
from audio.sound import NotSound, Samples

_WORDS_A_MINUTE = 145  # its own 175 are too fast for a telephone
_SYNCHRONOUS = 2  # AUDIO_OUTPUT_SYNCHRONOUS
_DO_NOT_EXIT = 0x8000  # espeakINITIALIZE_DONT_EXIT
_RATE = 1  # espeakRATE
_UTF8 = 1  # espeakCHARS_UTF8
_FULL_SCALE = 32768
_INSTALL = "eSpeak NG is not here: install the package espeakng-loader."
_CALLBACK = ctypes.CFUNCTYPE(ctypes.c_int, ctypes.c_void_p, ctypes.c_int, ctypes.c_void_p)
# The library keeps its voice, its speed and its callback for the whole process.
_ONE_AT_A_TIME = threading.Lock()


class Espeak:
    """The engine of this machine."""

    name = "espeak"

    def say(self, text: str, voice: str) -> tuple[Samples, int]:
        """Read words aloud."""
        with _ONE_AT_A_TIME:
            library, rate = _library()
            if library.espeak_SetVoiceByName(voice.encode()):
                raise NoVoice(f"eSpeak NG has no voice {voice!r}: correct X-Voice in spoken.po.")
            library.espeak_SetParameter(_RATE, _WORDS_A_MINUTE, 0)
            sound = _spoken(library, text.encode())
        if not sound:
            raise NotSound("eSpeak NG says nothing")
        return np.frombuffer(sound, np.int16) / _FULL_SCALE, rate


def _spoken(library: ctypes.CDLL, text: bytes) -> bytes:
    sound = bytearray()

    def keep(samples: int | None, count: int, _events: object) -> int:
        if samples:
            sound.extend(ctypes.string_at(samples, 2 * count))
        return 0

    callback = _CALLBACK(keep)
    library.espeak_SetSynthCallback(callback)
    size = ctypes.c_size_t(len(text) + 1)
    library.espeak_Synth(text, size, 0, 0, 0, _UTF8, None, None)
    return bytes(sound)


@cache
def _library() -> tuple[ctypes.CDLL, int]:
    """Load the library, once for the process, and give its samples a second."""
    try:
        import espeakng_loader  # noqa: PLC0415

        library = ctypes.CDLL(espeakng_loader.get_library_path())
        data = espeakng_loader.get_data_path()
    except (ImportError, OSError, RuntimeError) as error:
        raise NoVoice(_INSTALL) from error
    rate = library.espeak_Initialize(_SYNCHRONOUS, 0, data.encode(), _DO_NOT_EXIT)
    if rate <= 0:
        raise NoVoice(_INSTALL)
    return library, rate
