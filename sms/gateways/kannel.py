"""Kannel: an operator's SMPP line behind its HTTP doors (sendsms, get-url, dlr-url).

Kannel 1.4.5 user guide, "Using sendsms" and "Delivery reports". It signs nothing; see
`WEBHOOK_KEY`. It gives a message no id, so receipts carry our token; what it answers to a call
is sent to the caller as an SMS, so we answer nothing.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from urllib.parse import urlencode

import requests
from werkzeug.datastructures import MultiDict

from core.alphabet import count_septets, split
from core.receipt import Receipt, Status
from providers.transport import CONNECT_SECONDS, UNSURE, Silent, TryLater, over_http, said
from sms.gateway import Call, Door, Handed, Incoming, Malformed, Outgoing

_ACCEPTED = ("0:", "3:")  # for delivery, and for a later one
_DLR_MASK = 31  # delivered 1, failed 2, buffered 4, taken by the operator 8, refused by it 16
_FINAL: dict[str, Status] = {
    "1": "delivered",
    "2": "failed",
    "16": "failed",
    "34": "failed",  # 2, and it expired (gw/dlr.h of Kannel 1.4.5)
    "66": "failed",  # 2, and the operator does not know
}
_TEXT_SENT = re.compile(r" text:.*", re.IGNORECASE | re.DOTALL)  # of an operator's reason


class Kannel:
    """A Kannel with its operator behind it."""

    name = "kannel"
    method = "GET"
    doors: Mapping[str, Door] = {"inbound": "message", "delivery": "receipt"}
    thanks = ("text/plain", "")

    def __init__(  # noqa: PLR0913  # a line has as many parts
        self,
        send_url: str,
        username: str,
        password: str,
        *,
        sender: str,
        receipt_url: str,
        dlt: Mapping[str, str],
        timeout: float,
    ) -> None:
        self._send_url = send_url
        self._fixed = {"username": username, "password": password, "from": sender}
        self._receipt_url = receipt_url
        self._dlt = dlt
        self._timeout = (CONNECT_SECONDS, timeout)

    def admits(self, call: Call) -> None:
        """Leave it to the key in the address: Kannel signs nothing."""

    def send(self, letter: Outgoing) -> Handed:
        """Hand a letter over, a long one part by part: Kannel would report on one part only."""
        parts = split(letter.text)
        for number, part in enumerate(parts, start=1):
            self._send_part(self._fields(letter, part, number, len(parts)), letter.phone)
        return Handed(_name_of_parts(letter) if len(parts) > 1 else None, parts=len(parts))

    def _send_part(self, fields: Mapping[str, str | bytes], phone: str) -> None:
        """Send one part; Kannel says 202 and in words whether it took it."""
        with over_http():
            answer = requests.get(self._send_url, params=fields, timeout=self._timeout)
        if answer.status_code in UNSURE:
            raise Silent(str(answer.status_code))
        if answer.status_code != requests.codes.accepted or not answer.text.startswith(_ACCEPTED):
            raise TryLater(f"{answer.status_code} {said(answer.text, phone)}")

    def _fields(
        self, letter: Outgoing, part: str, number: int, parts: int
    ) -> Mapping[str, str | bytes]:
        # Without coding=2 Hindi would leave as question marks.
        coding = "2" if count_septets(letter.text) is None else "0"
        name = _name_of_parts(letter) if parts > 1 else letter.token
        receipt = f"&token={name}&part={number}&status=%d&reason=%A"
        fields: dict[str, str | bytes] = {
            **self._fixed,
            "to": letter.phone,
            "text": part,
            "charset": "UTF-8",
            "coding": coding,
            "dlr-mask": str(_DLR_MASK),
            "dlr-url": self._receipt_url + receipt,
        }
        if parts > 1:
            # TS 23.040 §9.2.3.24.1: a retry has the same number, so that parts find each other.
            fields["udh"] = bytes([5, 0, 3, letter.id % 256, parts, number])
        if letter.dlt_id:
            tags = {**self._dlt, "template_id": letter.dlt_id}
            fields["meta-data"] = f"?smpp?{urlencode(tags)}"
        return fields

    def received(self, fields: MultiDict[str, str]) -> Incoming:
        """Understand an SMS."""
        if not fields.get("from") or not fields.get("id"):
            message = "from or id is missing"
            raise Malformed(message)
        return Incoming(fields["id"], fields["from"], fields.get("text", ""))

    def receipt(self, fields: MultiDict[str, str]) -> Receipt:
        """Understand a delivery report; a type that we do not know is no final one."""
        if not fields.get("token") or not fields.get("status"):
            message = "token or status is missing"
            raise Malformed(message)
        status: Status = _FINAL.get(fields["status"], "underway")
        reason = fields.get("reason", "")
        return Receipt(
            message=fields["token"],
            status=status,
            part=fields.get("part", ""),
            trouble=(_TEXT_SENT.sub("", reason) or None) if status == "failed" else None,
        )


def _name_of_parts(letter: Outgoing) -> str:
    """Name a try of several parts, in such a way that nobody knows it before all are taken.

    A receipt that names the letter by itself, as a token does, would speak for all of it; one of
    the first part may come before the last is handed over, or after that has failed.
    """
    return f"parts.{letter.token}"
