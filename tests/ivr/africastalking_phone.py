"""A phone behind Africa's Talking, for tests of calls.

Where its documentation leaves a choice, this phone chose:

- Keys after a `GetDigits` has ended are dropped, and so are keys before it begins. Without
  `numDigits` and `finishOnKey` it takes one key. A finish key alone is no input.
- A `GetDigits` without `callbackUrl` is told to the address that the call has now.
- The `callbackUrl` of a `Record` is the address of the call from the moment the recording begins:
  whoever hangs up amid it is told of there, with the recording.
- Silence posts to the `callbackUrl` without `recordingUrl`; with `records_silence`, with an empty
  recording. `timeout` must be given if one is silent: by default that is an hour.
- With `late_recordings` the callback has no `recordingUrl`; the final notification has that of the
  last recording. Otherwise the final notification has it only of a recording that it cut short.
- A `Dial` that somebody picks up ends the call; after any other the document goes on. The final
  notification tells of it.
- The literal `None` stands in `clientRequestId` and `callerCarrierName`, in `callStartTime` until
  somebody has answered, and in the fields of a recording and of a `Dial` that did not happen. The
  first request of an incoming call has callSessionState=Ringing.
- SSML, `Enqueue`, `Dequeue`, `Conference` and a bare `Record`, which nothing follows, it does not
  know.
"""

import json
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import ClassVar
from urllib.parse import urlencode
from xml.etree.ElementTree import Element

from werkzeug.datastructures import MultiDict

from tests.ivr.phones import (
    DEVANAGARI,
    E164,
    Awaited,
    DialStatus,
    Missed,
    Phone,
    Verb,
    is_absolute,
    is_bool,
    is_key,
    is_number,
    like,
    whole,
)

NONE = "None"
_PROMPTS = frozenset({"Say", "Play"})
_NUMBERS = like(rf"{E164.pattern}(,{E164.pattern})*")
_ORDER = Verb(
    {
        "username": bool,
        "from": is_number,
        "to": is_number,
        "clientRequestId": bool,
    },
    required=frozenset({"username", "from", "to"}),
)


@dataclass(kw_only=True)
class AfricasTalkingPhone(Phone):
    """One phone, and Africa's Talking before it."""

    verbs: ClassVar[Mapping[str, Verb]] = {
        "Say": Verb(
            {"voice": like(r"man|woman|[a-z]{2}-[A-Z]{2}-[A-Za-z0-9-]+"), "playBeep": is_bool},
            text=True,
        ),
        "Play": Verb({"url": is_absolute}, required=frozenset({"url"})),
        "GetDigits": Verb(
            {
                "numDigits": whole(1),
                "timeout": whole(1),
                "finishOnKey": is_key,
                "callbackUrl": is_absolute,
            },
            children=_PROMPTS,
            fewest=1,
            most=1,
        ),
        "Record": Verb(
            {
                "finishOnKey": is_key,
                "maxLength": whole(1),
                "timeout": whole(1),
                "trimSilence": is_bool,
                "playBeep": is_bool,
                "callbackUrl": is_absolute,
            },
            children=_PROMPTS,
            most=1,
        ),
        "Dial": Verb(
            {
                "phoneNumbers": _NUMBERS,
                "record": is_bool,
                "sequential": is_bool,
                "callerId": is_number,
                "ringBackTone": is_absolute,
                "ringbackTone": is_absolute,
                "maxDuration": whole(1),
            },
            required=frozenset({"phoneNumbers"}),
        ),
        "Redirect": Verb(text=True),
        "Reject": Verb(),
    }
    audio_types: ClassVar[frozenset[str]] = frozenset(
        {f"audio/{kind}" for kind in ("mpeg", "mp3", "wav", "wave", "x-wav")}
    )
    awaiting: ClassVar[Mapping[str, Awaited]] = {"GetDigits": "keys", "Record": "voice"}
    finish_on_key: ClassVar[Mapping[str, str]] = {"GetDigits": "", "Record": ""}
    _order_name: ClassVar[str] = "clientRequestId"

    answer_url: str = "/ivr/africastalking"  # of the number
    key: str = ""  # in the query of the number's address
    username: str = "sandbox"
    late_recordings: bool = False
    records_silence: bool = False
    recordings_url: str = "https://voice.africastalking.com/recordings"

    _address: str = field(default="", init=False, repr=False)  # of the rest of the call
    _started: str = field(default=NONE, init=False, repr=False)
    _recording: str = field(default=NONE, init=False, repr=False)  # for the final notification
    _cause: str = field(default="NORMAL_CLEARING", init=False, repr=False)
    _dial: dict[str, str] = field(default_factory=dict, init=False, repr=False)

    @property
    def api_answer(self) -> str:
        """What /call gets."""
        entry = {
            "phoneNumber": self.number,
            "status": "Queued",
            "sessionId": self.orders[-1].session,
        }
        return json.dumps({"entries": [entry], "errorMessage": NONE})

    # --- Callbacks

    def _begins(self, session: str, order: MultiDict[str, str] | None = None) -> None:
        super()._begins(session, order)
        query = f"?{urlencode({'key': self.key})}" if self.key else ""
        self._address = f"{self.public_url}{self.answer_url}{query}"
        self._started = self._recording = NONE
        self._cause = "NORMAL_CLEARING"
        self._dial = {}

    def _new_session(self) -> str:
        return f"ATVId_{secrets.token_hex(16)}"

    def _headers(self, address: str, fields: Mapping[str, str]) -> dict[str, str]:
        del address, fields
        return {}

    def _form(self, state: str, more: Mapping[str, str] | None = None) -> dict[str, str]:
        """Give the fields of every request."""
        order = self._order
        return {
            "isActive": "1",
            "sessionId": self.session,
            "direction": "Inbound" if order is None else "Outbound",
            "callerNumber": self.number,
            "destinationNumber": self.calls,
            "callSessionState": state,
            "callerCountryCode": "91",
            "callerCarrierName": NONE,
            "callStartTime": self._started,
            "clientRequestId": order.get("clientRequestId", NONE) if order else NONE,
            **(more or {}),
        }

    def _asks(self, address: str = "", more: Mapping[str, str] | None = None) -> None:
        """Post to an address, or to that of the call, and take the document that comes back."""
        self._fetches(address or self._address, self._form("Answered", more))

    def _rings(self) -> None:
        self._fetches(self._address, self._form("Ringing"))
        self._is_answered()

    def _is_answered(self) -> None:
        self._started = f"{datetime.now(UTC):%Y-%m-%d+%H:%M:%S}"

    def _notifies_of_the_end(self) -> None:
        refused = {"hangupCause": "CALL_REJECTED", "durationInSeconds": "0", "amount": "0"}
        self._finishes("Completed", "Success", refused if self.rejected else {})

    def _finishes(self, state: str, status: str, more: Mapping[str, str]) -> None:
        """Post the final notification; what is answered to it is not read."""
        nobody = dict.fromkeys(
            ("dialDestinationNumber", "dialDurationInSeconds", "dialStartTime"), NONE
        )
        final = {
            "isActive": "0",
            "status": status,
            "durationInSeconds": str(self.seconds),
            "currencyCode": "KES",
            "amount": "0.408333333333333345",
            "hangupCause": self._cause,
            "recordingUrl": self._recording,
        }
        form = self._form(state) | final | nobody | self._dial | dict(more)
        self._notifies(self._address, form)

    # --- Calls that the service orders

    def _usual_order(self) -> Mapping[str, str]:
        return {"username": self.username, "from": self.calls, "to": self.number}

    def _checks(self, order: MultiDict[str, str]) -> None:
        for name, value in order.items(multi=True):
            assert name in _ORDER.attributes, f"not known to the API: {name}"
            assert _ORDER.attributes[name](value), f"not a value of {name}: {value!r}"
        assert _ORDER.required <= order.keys(), f"lacks {_ORDER.required - order.keys()}"
        for name, value in self._usual_order().items():
            assert order[name] == value, f"{name} is {order[name]}, not {value}"

    def _picks_up(self, order: MultiDict[str, str]) -> None:
        del order
        self._is_answered()
        self._asks()

    def _misses(self, status: Missed) -> None:
        self._cause = {"busy": "USER_BUSY", "no-answer": "NO_ANSWER"}[status]
        nothing = {"durationInSeconds": "0", "amount": "0"}
        self._finishes("NotAnswered", "NotAnswered", nothing)

    # --- Actions

    def _checks_speech(self, prompt: Element, text: str) -> None:
        del prompt
        assert not DEVANAGARI.search(text), f"no voice that is known to speak Hindi: {text}"

    def _audio_address(self, prompt: Element) -> str:
        return prompt.attrib["url"]

    def _performs(self, verb: Element) -> None:
        if verb.tag == "Redirect":
            address = (verb.text or "").strip()
            assert is_absolute(address), f"not an absolute address: {address!r}"
            self._asks(address)
        else:
            assert verb.tag == "Dial"
            assert verb.get("callerId", self.calls) == self.calls, "callerId is not ours"
            self.connected_to = verb.attrib["phoneNumbers"].split(",")[0]

    def _dialled(self, status: DialStatus, seconds: int, *, hung_up: bool) -> None:
        """Note for the final notification how a `Dial` ended."""
        if hung_up or status == "completed":
            self._rest = []
        self._dial = {
            "dialDestinationNumber": self.connected_to,
            "dialDurationInSeconds": str(seconds),
            "dialStartTime": self._started if status == "completed" else NONE,
        }

    def _starts(self, verb: Element) -> None:
        if verb.tag == "GetDigits":
            return
        assert verb.attrib or len(verb), "a bare Record takes the whole rest of the call"
        self._address = verb.get("callbackUrl", self._address)

    def _most_keys(self, verb: Element) -> int | None:
        return int(verb.get("numDigits", "0")) or (None if verb.get("finishOnKey") else 1)

    def _gathered(self, verb: Element, keys: str) -> None:
        if keys:
            self._asks(verb.get("callbackUrl", ""), {"dtmfDigits": keys})

    # --- Recordings

    def _recorded(
        self, verb: Element, audio: bytes, seconds: int, key: str, *, arrives_first: bool
    ) -> None:
        del seconds, arrives_first
        by_itself = not audio and not key
        assert not by_itself or "timeout" in verb.attrib, "an hour of silence: no timeout"
        more = {}
        if audio or self.records_silence:
            url = self._keeps(audio)
            if self.late_recordings:
                self._recording = url
            else:
                more = {"recordingUrl": url}
        self._asks(more=more)

    def _hangs_up_while_recording(self, verb: Element, audio: bytes, seconds: int) -> None:
        del verb, seconds
        self._recording = self._keeps(audio)
        self._ends()

    def _keeps(self, audio: bytes) -> str:
        name = secrets.token_hex(16)
        self.recordings[name] = audio
        return f"{self.recordings_url}/{name}.mp3"
