"""The end of every form: look at it, send it, and hear the number to keep."""

from __future__ import annotations

from dataclasses import replace
from functools import partial

from core.conversation import YES
from core.dialogue import Answers, Choice, Last, Number, Once, option
from core.police import Application, Police, Terms
from core.reference import grouped
from core.service import Kind, Service
from core.text import Joined, Name, Text, Words

PIN_LENGTH = 4
RECEIVED = "received"

_YES = (YES, Name("haan ji", "हां जी"), Name("ha", "हा"), Name("bhejo", "भेजो"), Name("yes", "यस"))
_NO = (Name("nahin", "नहीं"), Name("na", "ना"), Name("mat bhejo", "मत भेजो"))
_SEND = option("send", Text("Yes, send"), *_YES)
# On a phone that others hold, an SMS may tell them that she complained.
_SEND_SILENTLY = option("silent", Text("Send, no SMS to me"), *_YES)
_SEND_WITH_SMS = option("send", Text("Send, SMS may come"))
_DISCARD = option("discard", Text("No"), *_NO)

_TOLD = Text("Registered: {reference}. Keep this number.")
_SMS_COMES = Text("You will get an SMS.")
_ASK_US = Text("Ask us for its status with this number.")


async def send_application(
    police: Police, service: Service, application: Application, summary: Words
) -> Last:
    """Have the citizen confirm what she brings, send it, and tell her the number."""
    kind = service.kinds[application.kind]
    terms = await Once("terms", partial(police.terms, service.key)) if service.limits else None
    head = Joined((summary, *_terms(terms)))
    answers = (_SEND_SILENTLY, _SEND_WITH_SMS, _DISCARD) if kind.is_sensitive else (_SEND, _DISCARD)
    text = Text("Send the complaint?") if service.key == "complaint" else Text("Send this?")
    wish = await Choice("confirm", text, answers, intro=head)
    if wish == "discard":
        words = Text("Nothing was sent. You can tell us again at any time.")
        return Last(words, "draft_removed")
    application = replace(application, is_silent=wish == "silent", pin=await _ask_pin(kind))
    reference = await Once("registered", partial(police.register, application))
    return await registered(police, service, reference)


async def registered(police: Police, service: Service, reference: str) -> Last:
    """Say that it is registered, under which number, and what comes next."""
    told = await Once("sends_news", police.sends_news)
    words = (service.told or _TOLD)(reference=grouped(reference))
    parts = (words, *filter(None, (service.then,)), _SMS_COMES if told else _ASK_US)
    letter = service.letters.get(RECEIVED, f"state.{RECEIVED}")
    return Last(Joined(parts), letter, {"reference": reference})


def is_told_by_letter(answers: Answers) -> bool:
    """Say whether a conversation has registered what its own letter tells of."""
    return "registered" in answers and answers.get("confirm") != _SEND_SILENTLY.meaning


async def _ask_pin(kind: Kind) -> str | None:
    """Have her choose the PIN that keeps others from asking about her case."""
    if not kind.is_sensitive:
        return None
    text = Text("Choose a secret PIN of 4 digits. You need it to ask us.")
    return await Number("new_pin", text, digits=PIN_LENGTH)


def _terms(terms: Terms | None) -> tuple[Words, ...]:
    """Say what it costs and how long it may take, as far as that is set."""
    if terms is None:
        return ()
    fee = (Text("Fee: {fee} rupees.")(fee=terms["fee"]),) if terms["fee"] else ()
    days = terms["days"]
    return (*fee, *((Text("Time: up to {days} days.")(days=days),) if days else ()))
