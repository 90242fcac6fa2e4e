"""Africa's Talking SMS, through the provider's SDK.

Fields and words: developers.africastalking.com, SMS "sending", "notifications", "delivery
reports", "opt-out". The provider documents no signature; see `WEBHOOK_KEY`. It repeats a call
every minute until it gets 200, for up to twelve hours.
"""

from __future__ import annotations

import hashlib
import json
import secrets
from collections.abc import Mapping
from typing import Any

from africastalking.Service import AfricasTalkingException
from africastalking.SMS import SMSService
from werkzeug.datastructures import MultiDict

from core.receipt import Receipt, Status
from providers.transport import (
    CONNECT_SECONDS,
    NOT_UNDERSTOOD,
    Refused,
    Silent,
    TryLater,
    over_http,
    said,
)
from sms.gateway import Call, Door, Handed, Incoming, Malformed, OptedOut, Outgoing

_TAKEN = {100, 101, 102}  # processed, sent, queued
_OPTED_OUT = 406
_REFUSED = {403, 404, 409}  # number, kind of number, do not disturb
_FINAL: dict[str, Status] = {
    "Success": "delivered",
    "Failed": "failed",
    "Rejected": "failed",
}
_BLACKLISTED = "UserInBlackList"


class AfricasTalking:
    """The provider's vocabulary, and an account with it."""

    name = "africastalking"
    method = "POST"
    doors: Mapping[str, Door] = {"inbound": "message", "optout": "message", "delivery": "receipt"}
    thanks = ("text/plain", "")

    def __init__(  # an account has as many parts
        self, username: str, api_key: str, *, base_url: str, sender: str, timeout: float
    ) -> None:
        self._sdk = SMSService(username, api_key)
        if base_url:
            self._sdk._baseUrl = f"{base_url.rstrip('/')}/version1"  # noqa: SLF001  # no option
        self._sender = sender or None
        self._timeout = (CONNECT_SECONDS, timeout)

    def admits(self, call: Call) -> None:
        """Leave it to the key in the address: the provider signs nothing."""

    def send(self, letter: Outgoing) -> Handed:
        """Hand a letter over; an answer without recipients is a refusal, whatever its status."""
        try:
            with over_http():
                answer = self._sdk.send(
                    letter.text, [letter.phone], sender_id=self._sender, timeout=self._timeout
                )
        except AfricasTalkingException as error:
            # Any other status than 2xx: the account's trouble or theirs, not the letter's.
            raise TryLater(said(str(error), letter.phone)) from error
        return _understand(answer)

    def received(self, fields: MultiDict[str, str]) -> Incoming:
        """Understand an SMS, or the opt-out of a number: its phone and our sender, no text.

        A receipt that was sent to the wrong address has a phone, too, but ends no letters.
        """
        if {"phoneNumber", "senderId"} <= fields.keys() and "text" not in fields:
            phone = fields["phoneNumber"]
            once = secrets.token_hex(8)  # it has no id; heard twice it does no harm
            return Incoming(f"optout {once}", phone, "", wish="stop")
        if not fields.get("from") or "text" not in fields:
            message = "from or text is missing"
            raise Malformed(message)
        return Incoming(_id(fields), fields["from"], fields["text"])

    def receipt(self, fields: MultiDict[str, str]) -> Receipt:
        """Understand a delivery report; a status that we do not know is no final one."""
        if not fields.get("id") or not fields.get("status"):
            message = "id or status is missing"
            raise Malformed(message)
        reason = fields.get("failureReason", "")
        return Receipt(
            message=fields["id"],
            status=_FINAL.get(fields["status"], "underway"),
            trouble=reason or None,
            wants_no_letters=reason == _BLACKLISTED,
        )


def _id(fields: MultiDict[str, str]) -> str:
    """Give the id of an SMS, which older accounts do not send; its repeats are all alike."""
    parts = (fields.get(name, "") for name in ("from", "date", "text"))
    return fields.get("id") or hashlib.sha256("\0".join(parts).encode()).hexdigest()


def _understand(answer: object) -> Handed:
    """Read the answer of 2xx; the SDK decodes it only if it is called plain application/json."""
    try:
        told = json.loads(answer) if isinstance(answer, str) else answer
        data: dict[str, Any] = told["SMSMessageData"]  # type: ignore[index]
        recipients: list[dict[str, Any]] = [dict(each) for each in data["Recipients"]]
    except (ValueError, KeyError, TypeError) as error:
        raise Silent(NOT_UNDERSTOOD) from error
    if not recipients:
        raise Refused(str(data.get("Message", "no recipients")))
    return _outcome(recipients[0])


def _outcome(recipient: Mapping[str, Any]) -> Handed:
    code, status = recipient.get("statusCode"), str(recipient.get("status"))
    message = str(recipient["messageId"]) if recipient.get("messageId") else None
    if code in _TAKEN:
        return Handed(message)
    if code == _OPTED_OUT:
        raise OptedOut(status)
    if code in _REFUSED:
        raise Refused(status)
    if str(message).startswith("ATXid"):
        return Handed(message)  # a word that we do not know, but it was taken
    raise TryLater(status)
