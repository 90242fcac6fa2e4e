"""Twilio voice calls, through the provider's SDK.

Fields, verbs and defaults: twilio.com/docs, "Twilio's request to your TwiML", "TwiML Voice: Gather,
Record, Dial", "Call resource", "Recordings resource", "Webhooks connection overrides".
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from urllib.parse import quote

import requests
from twilio.base.exceptions import TwilioException, TwilioRestException, TwilioServiceException
from twilio.twiml.voice_response import Gather, VoiceResponse

from ivr.download import download
from ivr.gateway import (
    Arrived,
    Began,
    Connect,
    Decline,
    Ended,
    Event,
    Keys,
    Lost,
    Malformed,
    Nothing,
    Outcome,
    Piece,
    Play,
    Reply,
    Request,
    Stepped,
    Voice,
    seconds_of,
)
from providers.transport import (
    CONNECT_SECONDS,
    NOT_UNDERSTOOD,
    Refused,
    Silent,
    TryLater,
    over_http,
)
from providers.twilio import Account

_TIMEOUT = 15  # seconds
_LONGEST_RING = 40  # seconds
_LONGEST_EMERGENCY = 3600
_GONE = {requests.codes.ok, requests.codes.no_content, requests.codes.not_found}
_VOICES = {"hi": ("Polly.Aditi", "hi-IN"), "en": ("Polly.Raveena", "en-IN")}
_OUTCOMES: dict[str, Outcome] = {
    "completed": "completed",
    "busy": "busy",
    "no-answer": "no-answer",
    "failed": "failed",
    "canceled": "failed",
}
# A number that cannot be called (21211, 21214, 21217), or not from here (21215, 21216).
_REFUSED = {21211, 21214, 21215, 21216, 21217}
_NO_XML = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
# What stands in `From` for a number that is withheld ("RESTRICTED", "UNAVAILABLE" and the like on
# the keys of a telephone), as applications that use Twilio list it.
_HIDDEN = {"266696687", "86282452253", "7378742883", "7378742833", "2562533", "8656696"}
_RECORDING = re.compile(r"[A-Za-z0-9]{1,64}")
_NAME = re.compile(r"[0-9a-f]{1,40}")


class Twilio:
    """The provider's vocabulary, and an account with it."""

    name = "twilio"
    doors: tuple[str, ...] = ("", "step", "recording", "status", "fallback")
    speaks = True
    repeats_itself = False
    thanks = ""

    def __init__(self, account: Account, *, number: str, public_url: str) -> None:
        self._account = account
        self._number = number
        self._here = f"{public_url}/ivr/{self.name}"

    def admits(self, request: Request) -> bool:
        """Check `X-Twilio-Signature`."""
        return self._account.admits(request.url, request.fields, request.headers)

    def read(self, request: Request) -> Event:
        """Understand a request.

        Status callbacks come in any order (`SequenceNumber`); only the final one changes
        anything, and it does so once.
        """
        fields = request.fields
        call = fields.get("CallSid")
        if not call:
            raise Malformed("CallSid is missing")
        if request.door == "recording":
            return _arrived(request, call)
        is_ours = fields.get("Direction", "").startswith("outbound")
        phone = _shown(fields.get("To" if is_ours else "From", ""))
        match request.door:
            case "step":
                return _step(request, call, phone)
            case "status":
                return _status(request, call, phone)
            case "fallback":
                return Lost(call, phone)
            case _:
                number = fields.get("From" if is_ours else "To", "")
                return Began(call, phone, number, request.query.get("call", ""))

    def write(self, reply: Reply) -> str:
        """Write TwiML; every verb that could call its own document again has another address."""
        response = VoiceResponse()
        awaits = reply.awaits
        if isinstance(awaits, Decline):
            response.reject(reason="busy")
        elif isinstance(awaits, Keys):
            self._gather(response, reply, awaits, empty=True)
        elif isinstance(awaits, Voice):
            self._gather(response, reply, awaits.keys, empty=False)
            self._record(response, reply, awaits)
        else:
            _add(response, reply.says)
            if isinstance(awaits, Connect):
                self._dial(response, reply, awaits)
            response.hangup()
        return str(response)

    def place(self, phone: str, token: str) -> str:
        """Call a phone; busy, no answer and the rest come to the status address."""
        client = self._account.client(_TIMEOUT)
        try:
            with over_http():
                call = client.calls.create(
                    to=phone,
                    from_=self._number,
                    url=f"{self._here}?call={token}",
                    fallback_url=f"{self._here}/fallback",
                    status_callback=f"{self._here}/status",
                    status_callback_event=["initiated", "ringing", "answered", "completed"],
                    timeout=_LONGEST_RING,
                )
        except (TwilioRestException, TwilioServiceException) as error:
            trouble = Refused if error.code in _REFUSED else TryLater
            raise trouble(f"error {error.code}") from error
        except (TwilioException, ValueError, AttributeError) as error:
            raise TryLater(type(error).__name__) from error
        if not call.sid:
            raise Silent(NOT_UNDERSTOOD)
        return str(call.sid)

    def fetch(self, address: str) -> bytes:
        """Fetch a recording as WAV, with our credentials, from the provider's own host only."""
        self._check(address)
        return download(f"{address}.wav", auth=self._credentials)

    def delete(self, address: str) -> None:
        """Delete a recording; one that is gone already counts as deleted."""
        self._check(address)
        with over_http():
            answer = requests.delete(
                address,
                auth=self._credentials,
                allow_redirects=False,
                timeout=(CONNECT_SECONDS, _TIMEOUT),
            )
        if answer.status_code not in _GONE:
            raise TryLater(f"status {answer.status_code}")

    @property
    def _credentials(self) -> tuple[str, str]:
        return (self._account.account_sid, self._account.auth_token)

    def _check(self, address: str) -> None:
        """Refuse an address that is not the provider's: it would get our credentials."""
        account = f"/2010-04-01/Accounts/{self._account.account_sid}"
        folder = f"{self._account.host.rstrip('/')}{account}/Recordings/"
        name = address.removeprefix(folder)
        if not (address.startswith(folder) and _RECORDING.fullmatch(name)):
            raise Refused("the address is not the provider's")

    def _step(self, reply: Reply, more: str = "") -> str:
        return f"{self._here}/step?step={reply.step}{more}"

    def _gather(self, response: VoiceResponse, reply: Reply, keys: Keys, *, empty: bool) -> None:
        """Await keys; where a recording follows, keeping silent leads to it."""
        gather = Gather(
            action=self._step(reply),
            method="POST",
            input="dtmf",
            num_digits=keys.most,
            timeout=keys.seconds,
            finish_on_key="#",
            action_on_empty_result=empty,
        )
        _add(gather, reply.says)
        response.append(gather)

    def _record(self, response: VoiceResponse, reply: Reply, voice: Voice) -> None:
        response.record(
            action=self._step(reply, "&spoken=1"),
            method="POST",
            max_length=voice.most_seconds,
            timeout=voice.silence,
            finish_on_key="#",
            play_beep=True,
            trim="do-not-trim",
            recording_status_callback=(
                f"{self._here}/recording?recording={quote(voice.recording, safe='')}"
            ),
            recording_status_callback_method="POST",
            recording_status_callback_event="completed",
        )
        # Silence makes no recording, and calls no action.
        response.redirect(self._step(reply), method="POST")

    def _dial(self, response: VoiceResponse, reply: Reply, connect: Connect) -> None:
        action = self._step(reply, "&dialled=1")
        dial = response.dial(action=action, method="POST", time_limit=_LONGEST_EMERGENCY)
        dial.number(connect.number)


def _add(parent: VoiceResponse | Gather, pieces: Iterable[Piece]) -> None:
    for piece in pieces:
        if isinstance(piece, Play):
            parent.play(piece.address)
        else:
            voice, language = _VOICES.get(piece.voice, _VOICES["hi"])
            parent.say(_NO_XML.sub("", piece.words), voice=voice, language=language)


def _step(request: Request, call: str, phone: str) -> Event:
    fields = request.fields
    was_connected = fields.get("DialCallStatus") in {"completed", "answered"}
    keys = fields.get("Digits", "")
    return Stepped(
        call=call,
        phone=phone,
        step=request.query.get("step", 0, type=int),
        keys="" if "spoken" in request.query else keys,
        has_spoken="spoken" in request.query,
        address=fields.get("RecordingUrl", ""),
        seconds=seconds_of(fields.get("RecordingDuration", "")),
        dialled=("connected" if was_connected else "failed") if "dialled" in request.query else "",
        repeat=request.headers.get("I-Twilio-Idempotency-Token", ""),
    )


def _arrived(request: Request, call: str) -> Event:
    fields = request.fields
    if fields.get("RecordingStatus", "completed") != "completed":
        return Nothing()
    recording, address = request.query.get("recording", ""), fields.get("RecordingUrl", "")
    if not _NAME.fullmatch(recording) or not address:
        raise Malformed("recording or RecordingUrl is missing")
    return Arrived(call, recording, address, seconds_of(fields.get("RecordingDuration", "")))


def _status(request: Request, call: str, phone: str) -> Event:
    outcome = _OUTCOMES.get(request.fields.get("CallStatus", ""))
    if outcome is None:
        return Nothing()
    return Ended(call, phone, outcome, seconds_of(request.fields.get("CallDuration", "")))


def _shown(number: str) -> str:
    """Give a caller's number, or nothing for one that she withholds."""
    return "" if number.lstrip("+") in _HIDDEN else number
