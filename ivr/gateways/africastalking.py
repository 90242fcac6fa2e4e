"""Africa's Talking voice calls, through the provider's SDK.

Fields and actions: the provider's documents "Voice: call handler, GetDigits, Record, Dial". It has
no verb that hangs up: a document that ends, ends the call. It does not call us where no key was
pressed, so a document says by itself what is to be said then, and redirects at its end.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from contextlib import suppress
from typing import Any
from urllib.parse import urlsplit
from xml.etree.ElementTree import Element, SubElement, tostring

from africastalking.Service import AfricasTalkingException
from africastalking.Voice import VoiceService
from werkzeug.datastructures import MultiDict

from ivr.download import download
from ivr.gateway import (
    Began,
    Connect,
    Decline,
    Ended,
    Event,
    Keys,
    Malformed,
    Outcome,
    Piece,
    Play,
    Reply,
    Request,
    Stepped,
    Voice,
    seconds_of,
)
from providers.transport import CONNECT_SECONDS, NOT_UNDERSTOOD, Refused, TryLater, over_http, said

_TIMEOUT = 15  # seconds
_NONE = (None, "", "None")  # how it says that there is nothing
_OUTCOMES: dict[str, Outcome] = {
    "USER_BUSY": "busy",
    "CALL_REJECTED": "busy",
    "NO_ANSWER": "no-answer",
    "NO_USER_RESPONSE": "no-answer",
    "ORIGINATOR_CANCEL": "no-answer",
    "SUBSCRIBER_ABSENT": "no-answer",
    "SERVICE_UNAVAILABLE": "failed",
    "NORMAL_TEMPORARY_FAILURE": "failed",
    "RECOVERY_ON_TIMER_EXPIRE": "failed",
    "USER_NOT_REGISTERED": "failed",
    "UNALLOCATED_NUMBER": "failed",
}


class AfricasTalking:
    """The provider's vocabulary, and an account with it."""

    name = "africastalking"
    doors: tuple[str, ...] = ("", "step")
    speaks = False  # its voices are English
    repeats_itself = True
    thanks = ""

    def __init__(  # noqa: PLR0913  # an account has as many parts
        self,
        username: str,
        api_key: str,
        *,
        base_url: str,
        number: str,
        hosts: Iterable[str],
        public_url: str,
        key: str,
    ) -> None:
        self._sdk = VoiceService(username, api_key)
        if base_url:
            self._sdk._baseUrl = base_url.rstrip("/")  # noqa: SLF001  # no option
        self._number = number
        self._hosts = {urlsplit(self._sdk._baseUrl).netloc, *hosts}  # noqa: SLF001
        self._here = f"{public_url}/ivr/{self.name}"
        self._key = key

    def admits(self, request: Request) -> None:
        """Leave it to the key in the address: the provider signs nothing."""

    def read(self, request: Request) -> Event:
        """Understand a request; what it has no value for, it calls `None`."""
        fields = _known(request.fields)
        call = fields.get("sessionId")
        if not call or "isActive" not in fields:
            raise Malformed("sessionId or isActive is missing")
        phone, number = fields.get("callerNumber", ""), fields.get("destinationNumber", "")
        if phone == self._number:
            phone, number = number, phone
        address = fields.get("recordingUrl") or fields.get("RecordingUrl", "")
        if fields["isActive"] != "1":
            return _ended(fields, call, phone, address)
        if request.door != "step":
            return Began(call, phone, number, fields.get("clientRequestId", ""))
        return Stepped(
            call=call,
            phone=phone,
            step=request.query.get("step", 0, type=int),
            keys=fields.get("dtmfDigits", ""),
            has_spoken="spoken" in request.query,
            address=address if "spoken" in request.query else "",
            seconds=None,
            dialled="failed" if "dialled" in request.query else "",
        )

    def write(self, reply: Reply) -> str:
        """Write a document."""
        response = Element("Response")
        awaits = reply.awaits
        if isinstance(awaits, Decline):
            SubElement(response, "Reject")
        elif isinstance(awaits, Keys):
            for says in (reply.says, *reply.again):
                self._get_digits(response, reply, says, awaits)
            SubElement(response, "Redirect").text = self._step(reply)
        elif isinstance(awaits, Voice):
            self._get_digits(response, reply, reply.says, awaits.keys)
            self._record(response, reply, awaits)
        else:
            _add(response, reply.says)
            if isinstance(awaits, Connect):
                SubElement(response, "Dial", phoneNumbers=awaits.number, sequential="true")
                # The document goes on only where nobody has answered.
                SubElement(response, "Redirect").text = self._step(reply, "&dialled=1")
        xml: str = tostring(response, encoding="unicode")
        return f'<?xml version="1.0" encoding="UTF-8"?>{xml}'

    def place(self, phone: str, token: str) -> str:
        """Call a phone; our token comes back as `clientRequestId`, which the SDK does not know."""
        sdk = self._sdk
        form = {"from": self._number, "to": phone, "clientRequestId": token}
        data = {"username": sdk._username, **form}  # noqa: SLF001
        try:
            with over_http():
                answer = sdk._make_request(  # noqa: SLF001
                    sdk._make_url("/call"),  # noqa: SLF001
                    "POST",
                    {**sdk._headers, "Content-Type": "application/x-www-form-urlencoded"},  # noqa: SLF001
                    data=data,
                    params=None,
                    timeout=(CONNECT_SECONDS, _TIMEOUT),
                )
        except AfricasTalkingException as error:
            raise TryLater(said(str(error), phone)) from error
        return _placed(answer)

    def fetch(self, address: str) -> bytes:
        """Fetch a recording from the provider's own hosts; it asks for no credentials."""
        self._check(address)
        return download(address)

    def delete(self, address: str) -> None:
        """Leave it there: the provider has no way to delete a recording."""

    def _check(self, address: str) -> None:
        """Refuse an address that is not the provider's: it may be one behind our walls."""
        schemes = {"https", urlsplit(self._sdk._baseUrl).scheme}  # noqa: SLF001
        with suppress(ValueError):  # no address at all
            parts = urlsplit(address)
            if parts.netloc in self._hosts and parts.scheme in schemes:
                return
        raise Refused("the address is not the provider's")

    def _step(self, reply: Reply, more: str = "") -> str:
        key = f"&key={self._key}" if self._key else ""
        return f"{self._here}/step?step={reply.step}{more}{key}"

    def _get_digits(
        self, response: Element, reply: Reply, says: tuple[Piece, ...], keys: Keys
    ) -> None:
        """Await keys at every piece that is said, of which each action takes one only."""
        for number, piece in enumerate(says, start=1):
            attributes = {
                "timeout": str(keys.seconds if number == len(says) else 1),
                "finishOnKey": "#",
                "numDigits": str(keys.most),
                "callbackUrl": self._step(reply),
            }
            _add(SubElement(response, "GetDigits", attributes), [piece])

    def _record(self, response: Element, reply: Reply, voice: Voice) -> None:
        SubElement(
            response,
            "Record",
            finishOnKey="#",
            maxLength=str(voice.most_seconds),
            timeout=str(voice.silence),
            trimSilence="false",
            playBeep="true",
            callbackUrl=self._step(reply, "&spoken=1"),
        )


def _add(parent: Element, pieces: Iterable[Piece]) -> None:
    for piece in pieces:
        if isinstance(piece, Play):
            SubElement(parent, "Play", url=piece.address)
        else:
            SubElement(parent, "Say", voice="woman").text = piece.words


def _known(fields: MultiDict[str, str]) -> dict[str, str]:
    return {name: value for name, value in fields.items() if value != "None"}


def _ended(fields: dict[str, str], call: str, phone: str, address: str) -> Ended:
    outcome = _OUTCOMES.get(fields.get("hangupCause", ""), "completed")
    return Ended(call, phone, outcome, seconds_of(fields.get("durationInSeconds", "")), address)


def _placed(answer: object) -> str:
    """Give the session of a call from `{"entries": [{"status": "Queued", "sessionId": …}]}`."""
    try:
        given: Any = json.loads(answer) if isinstance(answer, str) else answer
        error_message = given.get("errorMessage")
        entries = given["entries"]
        [entry] = entries or [{"status": error_message}]
        status, session = entry["status"], entry.get("sessionId")
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise TryLater(NOT_UNDERSTOOD) from error
    if not entries and status in _NONE:
        raise TryLater(NOT_UNDERSTOOD)
    if status != "Queued" or session in _NONE:
        trouble = Refused if "Invalid" in str(status) else TryLater
        raise trouble(str(status)[:100])
    return str(session)
