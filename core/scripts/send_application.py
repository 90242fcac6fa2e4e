"""The end of every form: look at it, send it, and hear the number to keep."""

from __future__ import annotations

from dataclasses import replace
from functools import partial

from core.conversation import YES
from core.dialogue import Answers, Choice, Last, Number, Once, option
from core.police import Application, Police, Registered, Terms
from core.reference import grouped
from core.scripts.tell_code import tell_code
from core.service_entry import Kind, Service
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
_DO_NOT_SEND = option("discard", Text("Do not send"), *_NO)

# How a limit of time is counted (core/limits.py).
_TIMES = {
    "calendar": Text("Time: up to {days} days."),
    "working": Text("Time: up to {days} working days."),
}
_TOLD = Text("Registered: {reference}. Keep this number.")
_SMS_COMES = Text("You will get an SMS.")
_NO_SMS = Text("No SMS will come.")
_ASK_WITH_PIN = Text("To ask us you need this number and your PIN.")
_ASK_US = Text("Ask us for its status with this number.")


async def send_application(
    police: Police, service: Service, application: Application, summary: Words
) -> Last:
    """Have the citizen confirm what she brings, send it, and tell her the number."""
    kind = service.kinds[application.kind]
    terms = await Once("terms", partial(police.terms, service.key)) if service.limits else None
    wish = await _confirm(service, kind, Joined((summary, *_terms(terms))))
    if wish == "discard":
        words = Text("Nothing was sent. You can tell us again at any time.")
        return Last(words, "draft_removed")
    application = replace(application, is_silent=wish == "silent", pin=await _ask_pin(kind))
    reference = await Once("registered", partial(police.register, application))
    return await registered(police, service, reference)


async def registered(police: Police, service: Service, reference: str) -> Last:
    """Say that it is registered, under which number, and what comes next."""
    if service.is_nameless:
        return await tell_code(police)
    words = (service.told or _TOLD)(reference=grouped(reference))
    kept = await _kept(police, service)
    parts = (words, *filter(None, (service.then,)), *await _how_to_ask(police, kept))
    letter = service.letters.get(RECEIVED, f"state.{RECEIVED}")
    # The SMS that has told it is answered; beyond that no SMS names what is silent.
    is_secret = bool(kept and kept["is_silent"]) and not police.is_written_to
    return Last(Joined(parts), letter, {"reference": reference}, is_secret=is_secret)


def is_told_by_letter(answers: Answers) -> bool:
    """Say whether a conversation has registered what a letter of its own tells of."""
    return "registered" in answers and not is_wanted_silent(answers)


def is_wanted_silent(answers: Answers) -> bool:
    """Say whether a conversation has asked that no SMS come."""
    return bool(answers.get("confirm") == _SEND_SILENTLY.meaning)


async def _confirm(service: Service, kind: Kind, head: Words) -> str:
    """Ask whether to send it, and of what is sensitive whether SMS may come."""
    text = Text("Send the complaint?") if service.key == "complaint" else Text("Send this?")
    question = Choice("confirm", text, (_SEND, _DISCARD), intro=head)
    if kind.is_sensitive:
        options = (_SEND_SILENTLY, _SEND_WITH_SMS, _DO_NOT_SEND)
        question = Choice("confirm", Text("Send it?"), options, intro=head)
    return await question


async def _ask_pin(kind: Kind) -> str | None:
    """Have her choose the PIN that keeps others from asking about her case."""
    if not kind.is_sensitive:
        return None
    text = Text("Choose a secret PIN ({digits} digits).")(digits=PIN_LENGTH)
    intro = Text("You need it to ask us. Keep it in mind.")
    return await Number("new_pin", text, digits=PIN_LENGTH, intro=intro, is_secret=True)


async def _kept(police: Police, service: Service) -> Registered | None:
    """Look how a matter was registered that may have a PIN and no letters."""
    if not any(kind.is_sensitive for kind in service.kinds.values()):
        return None
    kept: Registered | None = await Once("registered_as", police.registered_before)
    return kept


async def _how_to_ask(police: Police, kept: Registered | None) -> tuple[Words, ...]:
    """Say whether news comes by SMS, and with what to ask for it."""
    pin = (_ASK_WITH_PIN,) if kept and kept["has_pin"] else ()
    if kept and kept["is_silent"]:
        return (_NO_SMS, *(pin or (_ASK_US,)))
    if await Once("sends_news", police.sends_news):
        return (_SMS_COMES, *pin)
    return pin or (_ASK_US,)


def _terms(terms: Terms | None) -> tuple[Words, ...]:
    """Say what it costs and how long it may take, as far as that is set."""
    if terms is None:
        return ()
    fee = (Text("Fee: {fee} rupees.")(fee=terms["fee"]),) if terms["fee"] else ()
    days = terms["days"]
    return (*fee, *((_TIMES[terms["counted"]](days=days),) if days else ()))
