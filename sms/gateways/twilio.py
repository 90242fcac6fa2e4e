"""Twilio SMS, through the provider's SDK.

Fields, words and error codes: twilio.com/docs, "Messages resource", "Track outbound message
status", "Twilio's request to your incoming message webhook URL", "Webhooks security".
"""

from __future__ import annotations

from collections.abc import Mapping

from twilio.base.exceptions import TwilioException, TwilioRestException, TwilioServiceException
from werkzeug.datastructures import MultiDict

from core.receipt import Receipt, Status
from providers.transport import (
    NOT_UNDERSTOOD,
    UNSURE,
    Refused,
    Silent,
    TryLater,
    over_http,
    said,
)
from providers.twilio import Account
from sms.gateway import Call, Door, Handed, Incoming, Malformed, OptedOut, Outgoing, Wish

_OPTED_OUT = 21610
# A number that cannot get SMS (21211, 21612, 21614, 21635),
# a text that is empty or too long (21602, 21617), a message it filters (30007).
_REFUSED = {21211, 21602, 21612, 21614, 21617, 21635, 30007}
_FINAL: dict[str, Status] = {
    "delivered": "delivered",
    "read": "delivered",
    "undelivered": "failed",
    "failed": "failed",
    "canceled": "failed",
}
_WISHES: dict[str, Wish] = {"STOP": "stop", "START": "start", "HELP": "none"}


class Twilio:
    """The provider's vocabulary, and an account with it."""

    name = "twilio"
    method = "POST"
    doors: Mapping[str, Door] = {"inbound": "message", "status": "receipt"}
    thanks = ("text/xml", "<Response/>")

    def __init__(self, account: Account, *, number: str, public_url: str, timeout: float) -> None:
        self._account = account
        self._timeout = timeout
        self._sender = {
            "messaging_service_sid" if number.startswith("MG") else "from_": number,
        }
        self._status_url = f"{public_url}/sms/{self.name}/status"

    def admits(self, call: Call) -> bool:
        """Check `X-Twilio-Signature` over the address as Twilio called it, and all fields."""
        return self._account.admits(call.url, call.fields, call.headers)

    def send(self, letter: Outgoing) -> Handed:
        """Hand a letter over; receipts come back with our token in their address."""
        client = self._account.client(self._timeout)
        try:
            with over_http():
                message = client.messages.create(
                    to=letter.phone,
                    body=letter.text,
                    status_callback=f"{self._status_url}?token={letter.token}",
                    smart_encoded=False,
                    **self._sender,
                )
        except (TwilioRestException, TwilioServiceException) as error:
            raise _trouble(error, letter.phone) from error
        except TwilioException as error:
            raise TryLater(str(error)) from error
        except (ValueError, AttributeError) as error:  # no JSON, or no object
            raise Silent(NOT_UNDERSTOOD) from error
        if not message.sid:
            raise Silent(NOT_UNDERSTOOD)
        return Handed(message.sid)

    def received(self, fields: MultiDict[str, str]) -> Incoming:
        """Understand an SMS; `OptOutType` says that Twilio acted on it and has answered it."""
        message = fields.get("MessageSid") or fields.get("SmsSid")
        if not message or not fields.get("From"):
            text = "MessageSid or From is missing"
            raise Malformed(text)
        wish = _WISHES.get(fields.get("OptOutType", "").upper(), "")
        return Incoming(message, fields["From"], fields.get("Body", ""), wish)

    def receipt(self, fields: MultiDict[str, str]) -> Receipt:
        """Understand a status; one that we do not know, as of a part delivered, is no final one."""
        message = fields.get("token") or fields.get("MessageSid") or fields.get("SmsSid")
        status = fields.get("MessageStatus") or fields.get("SmsStatus")
        if not message or not status:
            text = "MessageSid or MessageStatus is missing"
            raise Malformed(text)
        error = fields.get("ErrorCode", "")
        return Receipt(
            message=message,
            status=_FINAL.get(status, "underway"),
            trouble=f"error {error}" if error else None,
            wants_no_letters=error == str(_OPTED_OUT),
        )


def _trouble(error: TwilioRestException | TwilioServiceException, phone: str) -> TryLater | Refused:
    """Tell the letter's fault from the account's (credentials, credit, rate) and from theirs."""
    if isinstance(error, TwilioRestException):
        words = error.msg
    else:  # its own words have colours where there is a terminal
        words = ": ".join(filter(None, (error.title, error.detail)))
    why = f"error {error.code}: {said(words, phone)}"
    if error.code == _OPTED_OUT:
        return OptedOut(why)
    if error.code in _REFUSED:
        return Refused(why)
    return Silent(why) if error.status in UNSURE else TryLater(why)
