"""A month of cases as they might have been, for the demo: what citizens told, what came of it.

People, places and numbers are made up, apart from the names of police stations. Everything is done
through the same doors as in life, at the moments at which it is said to have happened.
"""

from __future__ import annotations

import heapq
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import count
from random import Random

from core.clock import HERE

CASES = 150
DAYS = 32
_FIRST_HOUR, _LAST_HOUR = 7, 21

STORIES: dict[str, tuple[str, ...]] = {
    "theft": (
        "कल रात घर के बाहर से मेरी साइकिल चोरी हो गई। लाल रंग की हीरो साइकिल थी।",
        "बाजार में भीड़ में किसी ने मेरा मोबाइल निकाल लिया। शाम छह बजे की बात है।",
        "रात में दुकान का ताला तोड़कर गल्ले से पैसा और सामान ले गए।",
        "मंदिर के बाहर से मेरी मोटरसाइकिल चोरी हो गई। काले रंग की स्प्लेंडर है।",
        "खेत से पानी का मोटर पंप खोलकर ले गए। सुबह गए तो नहीं था।",
        "बस में मेरा थैला कट गया, उसमें राशन कार्ड और दो हजार रुपये थे।",
    ),
    "violence": (
        "पड़ोस के दो लड़कों ने लाठी से मारा, सिर में चोट है। पहले भी धमकी दे चुके हैं।",
        "जमीन को लेकर गोतिया ने घर में घुसकर मारपीट की और जान से मारने की धमकी दी।",
        "उधार का पैसा मांगने पर दुकान पर आकर मारपीट की।",
    ),
    "women_safety": (
        "कॉलेज जाते समय दो लड़के रोज पीछा करते हैं और गंदी बातें बोलते हैं।",
        "पति शराब पीकर रोज मारपीट करता है, आज रात घर से निकाल दिया।",
        "अनजान नंबर से बार बार फोन करके परेशान करता है।",
    ),
    "missing_person": (
        "मेरा चौदह साल का भाई कल शाम से घर नहीं आया। नीली शर्ट पहने था।",
        "मां की उम्र सत्तर साल है, सुबह मंदिर गईं और लौटी नहीं।",
    ),
    "cyber_fraud": (
        "बैंक का आदमी बनकर फोन किया, ओटीपी पूछा और खाते से अठारह हजार कट गए।",
        "बिजली काटने का मैसेज आया, ऐप डाला तो खाते से पैसा निकल गया।",
    ),
    "dispute": (
        "पड़ोसी ने रास्ते पर दीवार खड़ी कर दी, आने जाने का रास्ता बंद है।",
        "रात बारह बजे तक जोर से डीजे बजता है, बच्चे पढ़ नहीं पाते।",
        "खेत की मेड़ काटकर पानी रोक दिया, कहने पर झगड़ा करते हैं।",
        "शराब बेचने वाले गली में बैठे रहते हैं, औरतों का निकलना मुश्किल है।",
    ),
    "police_conduct": (
        "थाने पर तीन बार गए, आवेदन लेने से मना कर दिया और डांटकर भगा दिया।",
        "गश्ती के सिपाही ने ठेला लगाने के लिए पैसा मांगा।",
    ),
    "other": (
        "गांव में सड़क पर रात को कुछ अनजान लोग घूमते हैं, डर लगता है।",
        "मेरा थैला ऑटो में छूट गया, उसमें बेटी की मार्कशीट है।",
    ),
}
_KINDS = {
    "theft": 34,
    "dispute": 24,
    "violence": 14,
    "women_safety": 9,
    "cyber_fraud": 8,
    "other": 6,
    "missing_person": 3,
    "police_conduct": 3,
}
_CHANNELS = {"ussd": 45, "ivr": 30, "sms": 25}
_LANGUAGES = {"hi": 78, "hi_Latn": 18, "en": 4}


@dataclass(frozen=True, slots=True)
class Step:
    """What the police do next: after so many hours (from, to), with a note for the file.

    `to` is a state, or "answer", "satisfied", "not satisfied" for what the citizen does.
    """

    to: str
    hours: tuple[float, float]
    note: str = ""
    details: dict[str, str] = field(default_factory=dict)


_SENT = Step("sent_to_station", (0.3, 9))
_SIGN = Step("awaiting_signature", (4, 40))
_FIR = Step("fir_registered", (14, 60), "आवेदक ने आकर हस्ताक्षर किया।")
_ENQUIRY = Step("under_enquiry", (5, 48), "पुअनि को जांच के लिए दिया।")
_INVESTIGATION = Step("under_investigation", (10, 90), "अनुसंधान शुरू, घटनास्थल देखा।")
_ASK = Step("need_information", (12, 60), details={"question": "when"})
_ANSWER = Step("answer", (2, 50))
_DIARY = Step("station_diary", (20, 70), "सनहा दर्ज किया गया।")
_ACTION = Step("action_taken", (30, 120), "दोनों पक्षों को बुलाकर बात कराई।")
_DISPOSED = Step("disposed", (20, 120))
_REJECTED = Step("rejected", (30, 90), details={"reason": "not_police"})
_WITHDRAWN = Step("withdrawn", (20, 90), "आवेदक ने लिखकर वापस लिया।")
_HAPPY, _UNHAPPY = Step("satisfied", (1, 60)), Step("not satisfied", (1, 60))
_WAYS: dict[str, tuple[tuple[Step, ...], ...]] = {
    "theft": (
        (_SENT, _SIGN, _FIR, _INVESTIGATION),
        (_SENT, _SIGN),
        (_SENT, _SIGN, _FIR, _INVESTIGATION),
        (_SENT, _ENQUIRY, _ASK, _ANSWER),
        (_SENT, _ENQUIRY, _DIARY, _DISPOSED, _HAPPY),
        (_SENT,),
    ),
    "violence": (
        (_SENT, _SIGN, _FIR, _INVESTIGATION),
        (_SENT, _ENQUIRY, _ACTION, _DISPOSED, _UNHAPPY),
        (_SENT, _ENQUIRY, _ASK),
    ),
    "women_safety": (
        (_SENT, _ENQUIRY, _ACTION, _DISPOSED, _HAPPY),
        (_SENT, _SIGN, _FIR, _INVESTIGATION),
        (_SENT, _ENQUIRY),
    ),
    "missing_person": (
        (_SENT, _FIR, _INVESTIGATION),
        (_SENT, _ENQUIRY, _ACTION, _DISPOSED, _HAPPY),
    ),
    "cyber_fraud": ((_SENT, _SIGN, _FIR, _INVESTIGATION), (_SENT, _ENQUIRY, _ASK, _ANSWER)),
    "dispute": (
        (_SENT, _ENQUIRY, _ACTION, _DISPOSED, _HAPPY),
        (_SENT, _ENQUIRY, _ACTION, _DISPOSED),
        (_SENT, _ENQUIRY, _DIARY, _DISPOSED, _UNHAPPY),
        (_SENT, _ENQUIRY, _WITHDRAWN),
        (_SENT, _REJECTED),
        (_SENT, _ENQUIRY),
    ),
    "police_conduct": ((_SENT, _ENQUIRY), ()),
    "other": ((_SENT, _DIARY, _DISPOSED), (_SENT, _REJECTED), (_SENT, _ENQUIRY, _ASK, _ANSWER)),
}


@dataclass(frozen=True, slots=True)
class Told:
    """A complaint of the month."""

    number: int
    at: datetime
    kind: str
    story: str
    channel: str
    language: str
    phone: str
    place: tuple[str | None, str | None]
    way: tuple[Step, ...]


def complaints(places: list[tuple[str, str]], until: datetime, chance: Random) -> Iterator[Told]:
    """Make up the complaints of the month that ends now; `places` are (district, station)."""
    for number in range(CASES):
        at = _some_time(until, chance)
        kind = _drawn(_KINDS, chance)
        place: tuple[str | None, str | None] = chance.choice(places)
        if kind == "police_conduct":
            place = (place[0], None)
        elif chance.random() < 0.04:  # noqa: PLR2004  # "I do not know my station"
            place = (None, None)
        yield Told(
            number=number,
            at=at,
            kind=kind,
            story=chance.choice(STORIES[kind]),
            channel=_drawn(_CHANNELS, chance),
            language=_drawn(_LANGUAGES, chance),
            phone=f"+9199999{chance.randrange(100_000):05}",
            place=place,
            way=chance.choice(_WAYS[kind]),
        )


def in_order(
    told: list[Told], until: datetime, chance: Random
) -> Iterator[tuple[datetime, Told, int]]:
    """Give what happens, the earliest first: when, to which complaint, and which step of its way.

    Step -1 is the complaint itself. What would come after `until` has not happened yet.
    """
    tie = count()
    due = [(each.at, next(tie), each, -1) for each in told]
    heapq.heapify(due)
    while due:
        at, _, each, step = heapq.heappop(due)
        if at > until:
            continue
        yield at, each, step
        if step + 1 < len(each.way):
            then = at + timedelta(hours=chance.uniform(*each.way[step + 1].hours))
            heapq.heappush(due, (_in_the_day(then), next(tie), each, step + 1))


def _some_time(until: datetime, chance: Random) -> datetime:
    at = until - timedelta(days=DAYS * chance.random() ** 1.3)
    return min(_in_the_day(at), until - timedelta(minutes=chance.randrange(5, 50)))


def _in_the_day(at: datetime) -> datetime:
    """Move what would happen at night to the next morning, at no round minute."""
    here = at.astimezone(HERE)
    if _FIRST_HOUR <= here.hour < _LAST_HOUR:
        return at
    morning = here.replace(hour=_FIRST_HOUR, minute=here.second)
    return morning + timedelta(days=1 if here.hour >= _LAST_HOUR else 0, hours=2)


def _drawn(weights: dict[str, int], chance: Random) -> str:
    return chance.choices(list(weights), weights=list(weights.values()))[0]
