"""What an SMS may ask for by its first word, in Devanagari, Roman or English.

Case, spaces, punctuation and small faults of spelling do no harm. Twilio and other carriers act
on some words by themselves (STOP, START and their like): those mean the same to us, and are
never the name of anything else.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import Enum, auto
from itertools import product

from core.alphabet import normalise, western_digits
from core.conversation import EMERGENCY_NUMBER
from core.reference import LENGTH, ungrouped
from core.scripts.find_station import PIN_DIGITS
from core.services import SERVICES
from core.spelling import as_spelt, is_like, is_spelt


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


def _spelt(words: str) -> frozenset[str]:
    return frozenset(map(as_spelt, words.split()))


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
_SERVICE_WORDS = [
    (service.key, normalise(word).casefold())
    for service in SERVICES.values()
    for word in service.words
]
_MISSING_PERSON = "missing_person"
_LOST = {"lost_property", _MISSING_PERSON}
_SHORTEST_IN_A_LIST = 4  # letters; fewer begin the name of a station
# The word of a service calls it if nothing follows but these: with any other it is part of a
# sentence, of which a complaint or a cry for help must not be made a form.
_AFTER_SERVICE = _spelt(
    "hai hain ho hun chahiye chahie banwana banwani banana banani karana karani karna karni"
    " karwana karwani karvana lena leni dena deni likhna likhwana nikalna nikalni janna jaanna"
    " dekhna pata ke ka ki ko liye darj satyapan praman patra anumati report suchna suchi list"
    " number nambar sankhya sthiti status nagrik panjikaran panjiyan vahan gaadi"
    " haan ha ji please kripya mujhe mera meri mere humko hamko my the a for want need i"
    " certificate permission verification help karo karen kare de do dijiye"
    " है हैं हो हूं चाहिए चाहिये बनवाना बनवानी बनाना बनानी कराना करानी करना करनी करवाना करवानी"
    " लेना लेनी देना देनी लिखना लिखवाना निकालना निकालनी जानना देखना पता के का की को लिए लिये दर्ज"
    " सत्यापन प्रमाण पत्र अनुमति रिपोर्ट सूचना सूची नंबर नम्बर संख्या स्थिति नागरिक पंजीकरण वाहन गाड़ी"
    " हां हाँ जी कृपया मुझे मेरा मेरी मेरे हमको करो करें दे दो दीजिए"
)
_AFTER_LOST = _spelt(
    "gaya gayi gyi gya gai hua hui huwa hue is was has been have गया गई गयी हुआ हुई हुए"
)
_THINGS = _spelt(
    "mobile phone fon card kard atm bank aadhaar aadhar adhar pan voter id ration rashan licence"
    " license laisens driving dl rc purse pars wallet bag baig passbook cheque check chek sim"
    " marksheet mark sheet papers paper kagaz kagaj kagzat document documents key keys chabi"
    " saman samaan cheez"
    " मोबाइल मोबाईल फोन फ़ोन कार्ड एटीएम बैंक आधार पैन वोटर आईडी राशन लाइसेंस ड्राइविंग पर्स बटुआ बैग"
    " पासबुक चेक सिम मार्कशीट अंकपत्र कागज कागजात चाबी सामान चीज"
)
# Somebody missed is no thing lost.
_LOST_WORDS = _spelt(
    "kho khoya khoyi khoi gum lost lapata missing gumshuda खो खोया खोई खोयी गुम लापता गुमशुदा"
)
_PERSONS = _spelt(
    "bachcha bachchi bacha bachi baccha bacchi bachche bache beta beti bete bhai behen bahan behan"
    " pati patni biwi bibi maa mata mataji mummy pita pitaji papa baap dada dadi nana nani chacha"
    " chachi ladka ladki aadmi aurat mahila buzurg bahu pota poti"
    " child children son daughter brother sister husband wife mother father boy girl kid baby"
    " man woman person"
    " बच्चा बच्ची बच्चे बेटा बेटी बेटे भाई बहन बहिन पति पत्नी बीवी मां माँ माता माताजी पिता पिताजी पापा"
    " बाप दादा दादी नाना नानी चाचा चाची लड़का लड़की आदमी औरत महिला बुजुर्ग बहू पोता पोती"
)
_OF_A_PERSON = _spelt("ka ki ke s का की के")
_BETWEEN = (
    _spelt(
        "hai hain ho mera meri mere hamara hamari humara humari my our the a chhota chhoti bada badi"
        " small little old kahin kal aaj"
        " है हैं हो मेरा मेरी मेरे हमारा हमारी छोटा छोटी बड़ा बड़ी कहीं कल आज"
    )
    | _AFTER_LOST
)
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
    if amid is not Amid.LIST and _misses_somebody(words):
        return Command(Wanted.SERVICE, service=_MISSING_PERSON, in_words=True)
    for matches in (str.__eq__, is_like):
        for service, name in _SERVICE_WORDS:
            size = len(name.split())
            said, rest = " ".join(words[:size]), words[size:]
            if matches(said, name) and _may_be_service(service, name, said, rest, amid):
                return Command(Wanted.SERVICE, service=service, in_words=bool(rest))
    return None


def _may_be_service(service: str, name: str, said: str, rest: list[str], amid: Amid) -> bool:
    """Say whether a word means a service where it stands: many are words of everyday talk, too."""
    is_sure = said == name
    if amid is Amid.LIST:
        return is_sure and not rest and len(name) >= _SHORTEST_IN_A_LIST
    return not rest or (is_sure and _are_all(rest, _fillers_of(service)))


def _fillers_of(service: str) -> frozenset[str]:
    if service not in _LOST:
        return _AFTER_SERVICE
    return _AFTER_SERVICE | _AFTER_LOST | (_THINGS if service != _MISSING_PERSON else frozenset())


def _misses_somebody(words: list[str]) -> bool:
    """Say whether a text is about somebody who is lost, not about something of hers."""
    lost = [at for at, word in enumerate(words) if _are_all([word], _LOST_WORDS)]
    persons = [
        at
        for at, word in enumerate(words)
        if _are_all([word], _PERSONS) and not _are_all(words[at + 1 : at + 2] or [""], _OF_A_PERSON)
    ]
    gaps = (words[min(pair) + 1 : max(pair)] for pair in product(lost, persons))
    return any(_are_all(gap, _BETWEEN) for gap in gaps)


def _are_all(words: list[str], known: frozenset[str]) -> bool:
    return all(as_spelt(word) in known for word in words)


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
