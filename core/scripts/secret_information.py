"""Secret information: what somebody knows, kept without her number, and added to by a code."""

from __future__ import annotations

from functools import partial
from itertools import count

from core.courses import SECRET
from core.dialogue import Choice, Last, Number, Once, Story, option
from core.police import Application, Police
from core.scripts.find_station import find_district, place_label
from core.scripts.send_application import send_application
from core.scripts.tell_code import LETTER_TO_INFORMANT
from core.service_entry import Kind, Service, StateLimit
from core.text import Text, Words

CODE_DIGITS = 8
_NEW = option("new", Text("New information"))
_ADD = option("add", Text("I have a code"))
_LEAVE = option("leave", Text("I will dial or call"))
_FIRST = Text("Danger: 112, big crime: 14432.")
_FIRST_BY_SMS = Text("SMS stay on the phone: to dial or call is safer. In danger 112.")
_UNKNOWN = Text("No such code with us.")


async def secret_information(police: Police) -> Words | Last:
    """Take new information, or more on what was told before."""
    by_sms = police.is_written_to
    options, intro = ((_NEW, _LEAVE), _FIRST_BY_SMS) if by_sms else ((_NEW, _ADD), _FIRST)
    text = Text("Your number is not kept with it.")
    wish = await Choice("secret_wish", text, options, intro=intro, passing=True)
    if wish == "leave":
        return Text("Nothing was sent. Thank you.")
    return await (_tell(police) if wish == "new" else _add(police))


async def _tell(police: Police) -> Last:
    text = Text("What do you know: who, where, when? Not your own name.")
    story = await Story("secret", text)
    place = await find_district(police)
    application = Application("secret_information", "secret_information", place, story)
    summary = Text("Secret information. {place}.")(place=place_label(police, place))
    return await send_application(police, SECRET_INFORMATION, application, summary)


async def _add(police: Police) -> Words | Last:
    intro: Words | None = None
    for attempt in count(1):
        text = Text("Your code of {digits} digits?")(digits=CODE_DIGITS)
        code = await Number(f"code_{attempt}", text, CODE_DIGITS, intro=intro, passing=True)
        known = await Once(f"code_known_{attempt}", partial(police.knows_code, code))
        if known == "found":
            return await _tell_more(police, code)
        if known == "wait":
            return Text(
                "Many wrong numbers came from this phone. Please try again after an hour, or"
                " call {helpline}."
            )(helpline=police.helpline)
        intro = _UNKNOWN
    raise AssertionError("unreachable")


async def _tell_more(police: Police, code: str) -> Words | Last:
    story = await Story("secret_addition", Text("What do you want to add?"))
    if not await Once("informed", partial(police.inform, code, story)):
        return _UNKNOWN
    return Last(Text("Thank you. The police have it."), LETTER_TO_INFORMANT, is_secret=True)


SECRET_INFORMATION = Service(
    "secret_information",
    Text("Secret information"),
    secret_information,
    course=SECRET,
    kinds={"secret_information": Kind(Text("Secret information"), protection="secret")},
    limits=(
        StateLimit("received", 2, "calendar", "house rule, to be confirmed: looked at"),
        StateLimit("under_enquiry", 14, "calendar", "house rule, to be confirmed"),
        StateLimit("action_taken", 14, "calendar", "house rule, to be confirmed: closed"),
    ),
    is_nameless=True,
    words=("gupt", "gupt suchna", "secret", "गुप्त", "गुप्त सूचना", "gopniya", "गोपनीय"),
)
