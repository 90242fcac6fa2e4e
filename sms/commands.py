"""What an SMS may ask for by its first word, in Devanagari, Roman or English.

Case, spaces, punctuation and small faults of spelling do no harm. Twilio and other carriers act
on some words by themselves (STOP, START and their like): those mean the same to us, and are
never the name of anything else.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import Enum, auto

from core.alphabet import normalise, western_digits
from core.conversation import EMERGENCY_NUMBER
from core.reference import LENGTH, ungrouped
from core.scripts.find_station import PIN_DIGITS
from core.services import SERVICES
from core.spelling import is_like, is_spelt
from sms.vocabulary import misses_somebody, only_asks


class Wanted(Enum):
    """What a command asks for."""

    STOP = auto()
    START = auto()
    DANGER = auto()
    HELP = auto()
    MENU = auto()
    STATUS = auto()
    COMPLAINT = auto()
    STATIONS = auto()
    CANCEL = auto()
    SERVICE = auto()


class Amid(Enum):
    """What is awaited of a phone when its SMS comes; amid some of it few things are commands."""

    NOTHING = auto()
    LIST = auto()  # the first letters of a name
    NUMBER = auto()  # of a form: a mobile number may look like a reference number
    STORY = auto()


# Twilio, "Advanced Opt-Out": these words end or begin the letters before we hear of them.
CARRIER_WORDS = {
    Wanted.STOP: ("stop", "stopall", "unsubscribe", "end", "quit", "revoke", "optout", "cancel"),
    Wanted.START: ("start", "unstop"),
}
_WHOLE_TEXTS = {
    Wanted.STOP: (
        *CARRIER_WORDS[Wanted.STOP],
        *("stop sms", "band", "band karo", "band karen", "roko", "sms band", "sms band karo"),
        *("बंद", "बंद करो", "बंद करें", "रोको", "स्टॉप", "sms बंद करो", "एसएमएस बंद करो"),
    ),
    Wanted.START: (
        *CARRIER_WORDS[Wanted.START],
        *("start sms", "chalu", "chalu karo", "चालू", "चालू करो", "स्टार्ट"),
    ),
}
_FIRST_WORDS = {
    Wanted.HELP: ("help", "madad", "मदद", "हेल्प"),
    Wanted.MENU: ("pukar", "menu", "पुकार", "मेनू"),
    Wanted.STATUS: ("status", "sthiti", "स्थिति", "स्टेटस", "haal", "हाल"),
    Wanted.COMPLAINT: ("shikayat", "complaint", "शिकायत", "कंप्लेंट"),
    Wanted.STATIONS: ("thana", "थाना", "thane", "थाने"),
    Wanted.CANCEL: ("radd", "रद्द"),
}
_SERVICE_WORDS = sorted(
    (
        (service.key, normalise(word).casefold())
        for service in SERVICES.values()
        for word in service.words
    ),
    key=lambda named: -len(named[1].split()),
)
_MISSING_PERSON = "missing_person"
_SHORTEST_IN_A_LIST = 4  # letters; fewer begin the name of a station
# "I want to make a complaint" tells nothing of it yet.
_FILLING = {
    *("karni hai", "karna hai", "darj karni hai", "darj karna hai", "karani hai", "likhni hai"),
    *("करनी है", "करना है", "दर्ज करनी है", "दर्ज करना है", "करानी है", "लिखनी है", "देनी है"),
    *("karo", "करो", "darj karo", "दर्ज करो", "likho", "लिखो", "hai", "है"),
}
# These begin many a sentence; with more than a few words it is one.
_SHORT = {Wanted.HELP, Wanted.MENU, Wanted.CANCEL}
_MOST_WORDS_WITH_112 = 4
_MOST_WORDS = 2  # after the first one: "help me please", "radd kar do"

_APART = re.compile(r"[\s,.:;।!?'\"()\-]+")
_PIN = re.compile(rf"(?<!\d)[1-9]\d{{{PIN_DIGITS - 1}}}(?!\d)")
# The PIN codes of Bihar (and Jharkhand): any other six digits in a story are an amount.
_PIN_HERE = re.compile(rf"(?<!\d)8[0-5]\d{{{PIN_DIGITS - 2}}}(?!\d)")
_GLUED = re.compile(r"^([^\W\d_]\D*?)(?=\d)")


@dataclass(frozen=True, slots=True)
class Command:
    """What was asked for, with the number and the words that came along.

    It may be a `service`, called by its word alone, or `in_words` of some more.
    """

    wanted: Wanted
    number: str = ""
    words: str = ""
    service: str = ""
    in_words: bool = False


def read_command(text: str, *, amid: Amid = Amid.NOTHING) -> Command | None:
    """Understand an SMS as a command; None where it is none.

    Amid a story only what stands alone is one, and no service is called; amid a list only what
    cannot be a name; amid a number no digits are one.
    """
    plain = " ".join(_APART.sub(" ", western_digits(normalise(text)).casefold()).split())
    if _is_danger(plain, amid):
        return Command(Wanted.DANGER)
    whole_texts = CARRIER_WORDS if amid is Amid.LIST else _WHOLE_TEXTS
    for wanted, texts in whole_texts.items():
        if plain in texts:
            return Command(wanted)
    if is_reference(plain) and amid is not Amid.NUMBER:
        return Command(Wanted.STATUS, ungrouped(plain))
    return _read_first_word(text, plain, amid) or _read_service(plain, amid)


def _is_danger(plain: str, amid: Amid) -> bool:
    """Say whether 112 is what a text is about: by itself, or among few words."""
    words = plain.split()
    if plain.replace(" ", "") == EMERGENCY_NUMBER:
        return True
    is_short = len(words) <= _MOST_WORDS_WITH_112
    return amid is not Amid.STORY and is_short and EMERGENCY_NUMBER in words


def is_reference(text: str) -> bool:
    """Say whether a text is nothing but a reference number, right or mistyped."""
    digits = text.replace(" ", "")
    is_number = digits.isascii() and digits.isdigit()
    return is_number and len(digits) == LENGTH and digits[0] in "12345"


def _read_first_word(text: str, plain: str, amid: Amid) -> Command | None:
    first, _, rest = _GLUED.sub(r"\1 ", plain).partition(" ")
    matches = is_spelt if amid is Amid.LIST else is_like
    for wanted, words in _FIRST_WORDS.items():
        if not any(matches(first, word) for word in words):
            continue
        if rest and (amid is Amid.STORY or _is_sentence(wanted, rest)):
            return None
        if amid is Amid.LIST and wanted is Wanted.STATUS and not rest:
            return None  # Halsi, a station
        return _with_the_rest(wanted, text, rest)
    return None


def _read_service(plain: str, amid: Amid) -> Command | None:
    """Find the service that is called by one of its words, as it is spelt or else nearly so."""
    if amid is Amid.STORY:
        return None
    words = plain.split()
    if amid is not Amid.LIST and misses_somebody(words):
        return Command(Wanted.SERVICE, service=_MISSING_PERSON, in_words=True)
    for matches in (str.__eq__, is_like):
        for service, name in _SERVICE_WORDS:
            size = len(name.split())
            said, rest = " ".join(words[:size]), words[size:]
            if matches(said, name) and _may_be_service(service, name, said, rest, amid):
                return Command(Wanted.SERVICE, service=service, in_words=bool(rest))
    return None


def _may_be_service(service: str, name: str, said: str, rest: list[str], amid: Amid) -> bool:
    """Say whether a word means a service where it stands: many are words of everyday talk, too.

    A complaint or a cry for help must not be made a form.
    """
    is_sure = said == name
    if amid is Amid.LIST:
        return is_sure and not rest and len(name) >= _SHORTEST_IN_A_LIST
    return not rest or (is_sure and only_asks(service, rest))


def _is_sentence(wanted: Wanted, rest: str) -> bool:
    return wanted in _SHORT and len(rest.split()) > _MOST_WORDS


def _with_the_rest(wanted: Wanted, text: str, rest: str) -> Command | None:
    if wanted is Wanted.STATUS:
        digits = "".join(rest.split())
        # "Haal" and the like begin many a sentence; with a number it is meant.
        return Command(wanted, digits) if not rest or digits.isdigit() else None
    if wanted is Wanted.STATIONS:
        found = _PIN.search(rest)
        return Command(wanted, found[0] if found else "") if found or not rest else None
    if wanted is Wanted.COMPLAINT:
        return _complaint(text)
    return Command(wanted)


def _complaint(text: str) -> Command:
    """Take a PIN and a story out of a complaint; the story keeps its own spelling."""
    told = western_digits(normalise(text)).lstrip(" \t\r\n,.:;।!?'\"()-")
    told = _GLUED.sub(r"\1 ", told)
    _, *rest = _APART.split(told, maxsplit=1)
    story = rest[0].strip() if rest else ""
    if " ".join(_APART.sub(" ", story).split()).casefold() in _FILLING:
        return Command(Wanted.COMPLAINT)
    found = _PIN_HERE.match(story) or re.search(_PIN_HERE.pattern + r"\W*$", story)
    if not found:
        return Command(Wanted.COMPLAINT, words=story)
    words = (story[: found.start()] + story[found.end() :]).strip(" \t\r\n,.:;।-")
    return Command(Wanted.COMPLAINT, re.sub(r"\D", "", found[0]), words)
