"""A phone behind Twilio, for tests of calls.

Where Twilio's documentation leaves a choice, this phone chose:

- Keys after a `Gather` has ended are dropped, and so are keys before it begins.
- Whoever hangs up in a `Gather` leaves nothing, even where some keys were pressed.
- A recording of silence is no recording: no action is called, the next element is played, and only
  who asked for the event "absent" is told. A finish key without a word before it is silence.
- Whoever hangs up in a `Record` or in a `Dial` has its action called with CallStatus=completed (and
  Digits=hangup); the document that comes back is checked, and not played.
- A call refused as "busy" ends with that status, any other refusal with "no-answer" (a guess).
- An incoming call tells its number's status address of its end only; SequenceNumber counts what was
  told, from 0.
- The event "answered" comes before the document is fetched. "in-progress" of a recording is not
  played, nor is speech into a `Gather`.
"""

import json
import re
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.utils import format_datetime
from typing import ClassVar, Self
from urllib.parse import parse_qsl, urlsplit
from uuid import uuid4
from xml.etree.ElementTree import Element

from twilio.request_validator import RequestValidator
from werkzeug.datastructures import MultiDict

from tests.ivr.phones import (
    DEVANAGARI,
    Awaited,
    DialStatus,
    Missed,
    Phone,
    Verb,
    is_address,
    is_bool,
    is_key_or_none,
    is_number,
    like,
    one_of,
    whole,
)

LONGEST_SPEECH = 4096
LONGEST_CALL = 14400
HINDI = re.compile(r"Polly\.(Aditi|Kajal-Neural)|Google\.hi-IN-[A-Za-z0-9-]+")
EVENTS = ("initiated", "ringing", "answered", "completed")
_OVERRIDES = {
    "ct": whole(100, 10000),
    "rt": whole(100, 15000),
    "tt": whole(100, 15000),
    "rc": whole(0, 5),
    "rp": like(r"(4xx|5xx|ct|rt|all)(,(4xx|5xx|ct|rt|all))*"),
}


def is_twilio_address(value: str) -> bool:
    """Tell whether Twilio calls this address: its host, and in its fragment how to connect."""
    if not is_address(value):
        return False
    parts = urlsplit(value)
    names = parts.scheme in {"", "http", "https"} and "_" not in (parts.hostname or "")
    overrides = parse_qsl(parts.fragment, keep_blank_values=True)
    return names and all(name in _OVERRIDES and _OVERRIDES[name](to) for name, to in overrides)


is_method = one_of("GET", "POST")
_PROMPTS = {
    "Say": Verb(
        {
            "voice": like(r"man|woman|alice|(Polly|Google)\.[A-Za-z0-9-]+"),
            "language": like(r"[a-z]{2,3}-[A-Z]{2}"),
            "loop": whole(0, 1000),
        },
        text=True,
    ),
    "Play": Verb({"loop": whole(0, 1000)}, text=True),
    "Pause": Verb({"length": whole(1)}),
}
_GATHER = Verb(
    {
        "action": is_twilio_address,
        "method": is_method,
        "numDigits": whole(1),
        "timeout": whole(1),
        "finishOnKey": is_key_or_none,
        "actionOnEmptyResult": is_bool,
        "input": one_of("dtmf", "speech", "dtmf speech"),
    },
    required=frozenset({"action"}),  # without it the same document would come again and again
    children=frozenset(_PROMPTS),
)
_RECORD = Verb(
    {
        "action": is_twilio_address,
        "method": is_method,
        "maxLength": whole(2, LONGEST_CALL),
        "timeout": whole(1),
        "finishOnKey": like(r"[0-9*#]*"),
        "playBeep": is_bool,
        "trim": one_of("trim-silence", "do-not-trim"),
        "recordingStatusCallback": is_twilio_address,
        "recordingStatusCallbackMethod": is_method,
        "recordingStatusCallbackEvent": like(r"(completed|absent)( (completed|absent))*"),
    },
    required=frozenset({"action"}),  # the same
)
_DIAL = Verb(
    {
        "action": is_twilio_address,
        "method": is_method,
        "callerId": is_number,
        "timeLimit": whole(1, LONGEST_CALL),
        "timeout": whole(5, 600),
    },
    children=frozenset({"Number"}),
    text=True,
)
_ORDER = Verb(
    {
        "To": is_number,
        "From": is_number,
        "Url": is_twilio_address,
        "Method": is_method,
        "StatusCallback": is_twilio_address,
        "StatusCallbackEvent": one_of(*EVENTS),
        "StatusCallbackMethod": is_method,
        "Timeout": whole(1, 600),
        "TimeLimit": whole(1, LONGEST_CALL),
    },
    required=frozenset({"To", "From", "Url"}),
)


@dataclass(frozen=True, slots=True)
class _Recording:
    """A recording of which the service is to be told. Without an id there was silence."""

    call: str
    sid: str
    seconds: int
    address: str
    method: str


@dataclass(kw_only=True)
class TwilioPhone(Phone):
    """One phone, and Twilio before it."""

    verbs: ClassVar[Mapping[str, Verb]] = {
        **_PROMPTS,
        "Gather": _GATHER,
        "Record": _RECORD,
        "Redirect": Verb({"method": is_method}, text=True),
        "Dial": _DIAL,
        "Number": Verb(text=True, stands_alone=False),
        "Hangup": Verb(),
        "Reject": Verb({"reason": one_of("rejected", "busy")}),
    }
    audio_types: ClassVar[frozenset[str]] = frozenset(
        {f"audio/{kind}" for kind in ("mpeg", "wav", "wave", "x-wav", "aiff", "x-aifc", "x-aiff")}
        | {"audio/x-gsm", "audio/gsm", "audio/ulaw"}
    )
    awaiting: ClassVar[Mapping[str, Awaited]] = {"Gather": "keys", "Record": "voice"}
    finish_on_key: ClassVar[Mapping[str, str]] = {"Gather": "#", "Record": "1234567890*#"}
    _order_name: ClassVar[str] = "Url"

    auth_token: str = "a token for tests"
    account_sid: str = "AC" + "0" * 32
    answer_url: str = "/ivr/twilio"
    status_url: str = "/ivr/twilio/status"  # of the number; empty where it has none
    api_url: str = "https://api.twilio.com"  # whence recordings are fetched

    _status: str = field(default="", init=False, repr=False)
    _told: int = field(default=0, init=False, repr=False)  # SequenceNumber of the next status
    _dial: Element | None = field(default=None, init=False, repr=False)
    _final_status: str = field(default="completed", init=False, repr=False)
    _underway: list[_Recording] = field(default_factory=list, init=False, repr=False)

    @property
    def api_answer(self) -> str:
        """What calls.create gets."""
        newest = self.orders[-1]
        return json.dumps(
            {
                "sid": newest.session,
                "account_sid": self.account_sid,
                "api_version": "2010-04-01",
                "direction": "outbound-api",
                "from": self.calls,
                "to": self.number,
                "status": "queued",
                "uri": f"/2010-04-01/Accounts/{self.account_sid}/Calls/{newest.session}.json",
            }
        )

    def recording_arrives(self) -> Self:
        """Post to the recordingStatusCallback of the oldest recording not yet told of."""
        assert self._underway, "no recording is underway of which the service asked to be told"
        recording = self._underway.pop(0)
        self._notifies(recording.address, self._arrival(recording), recording.method)
        return self

    # --- Webhooks

    def _begins(self, session: str, order: MultiDict[str, str] | None = None) -> None:
        super()._begins(session, order)
        self._told = 0
        self._final_status = "completed"

    def _new_session(self) -> str:
        return new_sid("CA")

    def _headers(self, address: str, fields: Mapping[str, str]) -> dict[str, str]:
        signer = RequestValidator(self.auth_token)
        return {
            "X-Twilio-Signature": signer.compute_signature(f"{self.public_url}{address}", fields),
            "I-Twilio-Idempotency-Token": str(uuid4()),
            "User-Agent": "TwilioProxy/1.1",
        }

    def _form(self, more: Mapping[str, str] | None = None) -> dict[str, str]:
        """Give the fields of every webhook of a call; empty, odd and new ones are among them."""
        ours_first = self._order is not None
        caller, called = (self.calls, self.number) if ours_first else (self.number, self.calls)
        ends = {"From": caller, "Caller": caller, "To": called, "Called": called}
        places = ((end, part) for end in ends for part in ("City", "State", "Zip"))
        return {
            "CallSid": self.session,
            "AccountSid": self.account_sid,
            **ends,
            **{f"{end}{part}": "" for end, part in places},
            **{f"{end}Country": "IN" for end in ends},
            "CallStatus": self._status,
            "ApiVersion": "2010-04-01",
            "Direction": "outbound-api" if ours_first else "inbound",
            "FieldOfTomorrow": "नया & unknown = yes",
            **(more or {}),
        }

    def _rings(self) -> None:
        self._status = "ringing"
        self._fetches(self.answer_url, self._form())
        self._status = "in-progress"

    def _notifies_of_the_end(self) -> None:
        self._status = self._final_status
        minutes = -(-self.seconds // 60)
        lengths = {"CallDuration": str(self.seconds), "Duration": str(minutes)}
        self._tells("completed", {} if self.rejected else lengths)

    def _tells(self, event: str, more: Mapping[str, str] | None = None) -> None:
        """Post a status to whoever asked for it."""
        address, method, events = self._whom_to_tell()
        if not address or event not in events:
            return
        form = self._form(more) | {
            "CallbackSource": "call-progress-events",
            "SequenceNumber": str(self._told),
            "Timestamp": format_datetime(datetime.now(UTC)),
        }
        self._told += 1
        self._notifies(address, form, method)

    def _whom_to_tell(self) -> tuple[str, str, list[str]]:
        if self._order is None:
            return self.status_url, "POST", ["completed"]
        return (
            self._order.get("StatusCallback", ""),
            self._order.get("StatusCallbackMethod", "POST"),
            self._order.getlist("StatusCallbackEvent") or ["completed"],
        )

    # --- Calls that the service orders

    def _usual_order(self) -> Mapping[str, str]:
        return {"To": self.number, "From": self.calls}

    def _checks(self, order: MultiDict[str, str]) -> None:
        for name, value in order.items(multi=True):
            assert name in _ORDER.attributes, f"not known to this phone: {name}"
            assert _ORDER.attributes[name](value), f"not a value of {name}: {value!r}"
        assert _ORDER.required <= order.keys(), f"lacks {_ORDER.required - order.keys()}"
        ends = (order["From"], order["To"])
        assert ends == (self.calls, self.number), f"a call from {ends[0]} to {ends[1]}"
        for name in {"Url", "StatusCallback"} & order.keys():
            assert urlsplit(order[name]).scheme, f"{name} is not absolute: {order[name]}"

    def _picks_up(self, order: MultiDict[str, str]) -> None:
        self._is_underway()
        self._status = "in-progress"
        self._tells("answered")
        self._fetches(order["Url"], self._form(), order.get("Method", "POST"))

    def _misses(self, status: Missed) -> None:
        self._is_underway()
        self._status = status
        sip = {"busy": "486", "no-answer": "487"}[status]
        more = {"SipResponseCode": sip, "CallDuration": "0", "Duration": "0"}
        self._tells("completed", more)

    def _is_underway(self) -> None:
        for event in ("initiated", "ringing"):
            self._status = event
            self._tells(event)

    # --- Elements

    def _checks_speech(self, prompt: Element, text: str) -> None:
        assert len(text) <= LONGEST_SPEECH, f"a speech of {len(text)} characters"
        if DEVANAGARI.search(text):
            voice = prompt.get("voice", "")
            assert HINDI.fullmatch(voice), f"no voice for Hindi: {voice!r}"

    def _audio_address(self, prompt: Element) -> str:
        address = (prompt.text or "").strip()
        assert is_twilio_address(address), f"not an address: {address!r}"
        return address

    def _performs(self, verb: Element) -> None:
        if verb.tag == "Redirect":
            address = (verb.text or "").strip()
            assert is_twilio_address(address), f"not an address: {address!r}"
            self._fetches(address, self._form(), verb.get("method", "POST"))
        elif verb.tag == "Dial":
            self._connects(verb)
        else:
            assert verb.tag == "Hangup"
            self._ends()

    def _rejects(self, verb: Element) -> None:
        self._final_status = "busy" if verb.get("reason") == "busy" else "no-answer"
        super()._rejects(verb)

    def _connects(self, verb: Element) -> None:
        inner = [child.text or "" for child in verb]
        numbers = [text.strip() for text in (verb.text or "", *inner) if text.strip()]
        assert len(numbers) == 1, f"this phone dials one number, not {numbers}"
        assert is_number(numbers[0]), f"not a number as Twilio dials it: {numbers[0]}"
        caller = verb.get("callerId", self.calls)
        assert caller in {self.calls, self.number}, f"callerId is neither ours nor hers: {caller}"
        self._dial, self.connected_to = verb, numbers[0]

    def _dialled(self, status: DialStatus, seconds: int, *, hung_up: bool) -> None:
        assert self._dial is not None
        if hung_up:
            self._status = "completed"
        verb, self._dial = self._dial, None
        if action := verb.get("action"):
            more = {
                "DialCallSid": new_sid("CA"),
                "DialCallStatus": status,
                "DialCallDuration": str(seconds),
            }
            self._fetches(action, self._form(more), verb.get("method", "POST"))

    def _starts(self, verb: Element) -> None:
        assert "dtmf" in verb.get("input", "dtmf"), "this input takes no keys"

    def _most_keys(self, verb: Element) -> int | None:
        return int(verb.get("numDigits", "0")) or None

    def _gathered(self, verb: Element, keys: str) -> None:
        keys = "" if keys == "#" else keys  # alone it counts as nothing, even if it ends nothing
        if keys or verb.get("actionOnEmptyResult") == "true":
            form = self._form({"Digits": keys})
            self._fetches(verb.attrib["action"], form, verb.get("method", "POST"))

    # --- Recordings

    def _recorded(
        self, verb: Element, audio: bytes, seconds: int, key: str, *, arrives_first: bool
    ) -> None:
        sid = new_sid("RE") if audio else ""
        if audio:
            self.recordings[sid] = audio
        self._keeps_in_mind(verb, sid, seconds)
        if arrives_first:
            self.recording_arrives()
        if audio:
            form = self._form(
                {
                    "RecordingUrl": self._recording_url(sid),
                    "RecordingSid": sid,
                    "RecordingDuration": str(seconds),
                    "Digits": key,
                }
            )
            self._fetches(verb.attrib["action"], form, verb.get("method", "POST"))

    def _hangs_up_while_recording(self, verb: Element, audio: bytes, seconds: int) -> None:
        self._status = "completed"
        self._recorded(verb, audio, seconds, "hangup", arrives_first=False)
        self._ends()

    def _keeps_in_mind(self, verb: Element, sid: str, seconds: int) -> None:
        """Note that the service wants to be told of this recording."""
        events = verb.get("recordingStatusCallbackEvent", "completed").split()
        if address := verb.get("recordingStatusCallback"):
            whole_address = f"{self.public_url}{self._local(address)}"
            method = verb.get("recordingStatusCallbackMethod", "POST")
            if ("completed" if sid else "absent") in events:
                self._underway.append(_Recording(self.session, sid, seconds, whole_address, method))

    def _arrival(self, recording: _Recording) -> dict[str, str]:
        sid = recording.sid or new_sid("RE")
        return {
            "AccountSid": self.account_sid,
            "CallSid": recording.call,
            "RecordingSid": sid,
            "RecordingUrl": self._recording_url(sid),
            "RecordingStatus": "completed" if recording.sid else "absent",
            "RecordingDuration": str(recording.seconds),
            "RecordingChannels": "1",
            "RecordingSource": "RecordVerb",
            "RecordingStartTime": format_datetime(datetime.now(UTC)),
            **({} if recording.sid else {"ErrorCode": "16102"}),
        }

    def _recording_url(self, sid: str) -> str:
        return f"{self.api_url}/2010-04-01/Accounts/{self.account_sid}/Recordings/{sid}"


def new_sid(kind: str) -> str:
    """Make an id as Twilio's are."""
    return kind + secrets.token_hex(16)
