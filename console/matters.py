"""What the demo's month is made of: what citizens told of each kind, and what came of it.

People, places and numbers are made up.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from random import Random
from typing import TypeAlias

from core.dialogue import Typed

# Fields of a form: what was chosen or keyed, and what was told in words of one's own.
Form: TypeAlias = Mapping[str, str | Typed]


@dataclass(frozen=True, slots=True)
class Step:
    """What happens next: after so many hours (from, to), with a note for the file.

    `to` is a state, or "fill" for what the station fills in, or "answer", "satisfied", "not
    satisfied" for what the citizen does; her answer is the note.
    """

    to: str
    hours: tuple[float, float]
    note: str = ""
    details: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Matter:
    """A kind of matter: how many there are of all, what is told, and what comes of it.

    `form` makes up what is told field by field on a day, `later` what the station fills in.
    """

    share: int
    ways: tuple[tuple[Step, ...], ...]
    stories: tuple[str, ...] = ("",)
    form: Callable[[Random, date], Form] | None = None
    later: tuple[Mapping[str, str], ...] = ({},)


_WOMEN = ("सरिता", "रेखा", "पूनम", "शबनम", "गुड़िया", "कंचन", "रुखसाना", "मीना")
_MEN = ("राजेश", "मनोज", "इरफान", "विकास", "सुरेश", "दिलीप", "आफताब", "पंकज")
_FATHERS = ("रामबाबू", "शिवनाथ", "मो. इदरीस", "जगदीश", "लखन", "हरि")
_SURNAMES = ("कुमार", "सिंह", "यादव", "पासवान", "प्रसाद", "राम", "ठाकुर")
_DISTRICTS = ("GAYA", "NALANDA", "SITAMARHI", "MADHUBANI", "SAHARSA", "another_state")


def _man(chance: Random) -> Typed:
    return Typed(f"{chance.choice(_MEN)} {chance.choice(_SURNAMES)}")


def _anybody(chance: Random) -> Typed:
    woman = Typed(f"{chance.choice(_WOMEN)} देवी")
    return chance.choice((_man(chance), woman))


def _father(chance: Random) -> Typed:
    return Typed(f"{chance.choice(_FATHERS)} {chance.choice(_SURNAMES)}")


def _before(chance: Random, today: date, most: int) -> str:
    return (today - timedelta(days=chance.randint(0, most))).isoformat()


def _loss(chance: Random, today: date) -> Form:
    things = ("mobile", "mobile", "bank_card", "voter_card", "licence", "mark_sheet", "ration_card")
    return {"lost": chance.choice(things), "lost_on": _before(chance, today, 6)}


def _missing(chance: Random, today: date) -> Form:
    sex = chance.choice(("female", "male"))
    names = _WOMEN if sex == "female" else _MEN
    seen = (
        "मेला देखने गया था, नीली शर्ट और काली पैंट।",
        "सुबह मंदिर के लिए निकली, पीली साड़ी।",
        "स्टेशन पर गाड़ी से उतरने के बाद, लाल टोपी।",
        "स्कूल से लौटते समय, स्कूल की ड्रेस में।",
    )
    return {
        "missing_name": Typed(f"{chance.choice(names)} {chance.choice(_SURNAMES)}"),
        "missing_sex": sex,
        "missing_age": str(chance.choice((9, 14, 17, 23, 41, 68, 74))),
        "missing_since": _before(chance, today, 2),
        "last_seen": Typed(chance.choice(seen)),
    }


def _certificate(chance: Random, today: date) -> Form:
    return {
        "applicant_name": _anybody(chance),
        "father_name": _father(chance),
        "birth_year": str(today.year - chance.randint(18, 45)),
        "purpose": chance.choice(("job", "job", "studies", "licence", "other")),
    }


def _verification(chance: Random, _: date) -> Form:
    return {
        "owner_name": _anybody(chance),
        "subject_name": _man(chance),
        "subject_father": _father(chance),
        "subject_mobile": f"99999{chance.randrange(100_000):05}",
        "home_district": chance.choice(_DISTRICTS),
    }


def _event(chance: Random, today: date) -> Form:
    kind, where = chance.choice(
        (
            ("procession", "गांधी चौक से थाना मोड़ तक"),
            ("religious", "दुर्गा मंदिर का मैदान"),
            ("wedding", "सामुदायिक भवन"),
            ("sports_culture", "हाई स्कूल का मैदान"),
        )
    )
    return {
        "organiser": _man(chance),
        "event_kind": kind,
        "event_date": (today + timedelta(days=chance.randint(9, 40))).isoformat(),
        "event_hours": chance.choice(("10:00-14:00", "16:00-21:00", "18:00-22:00")),
        "event_place": Typed(where),
        "event_people": str(chance.choice((150, 300, 500, 2000))),
    }


def _senior(chance: Random, _: date) -> Form:
    return {
        "senior_name": _anybody(chance),
        "senior_age": str(chance.randint(62, 88)),
        "senior_lives": chance.choice(("alone", "alone", "with_family")),
    }


# --- What comes of it

_SENT = Step("sent_to_station", (0.3, 9))
_SENT_AT_ONCE = Step("sent_to_station", (0.2, 2))
_SIGN = Step("awaiting_signature", (4, 40))
_FIR = Step("fir_registered", (14, 60), "आवेदक ने आकर हस्ताक्षर किया।")
_ENQUIRY = Step("under_enquiry", (5, 48), "पुअनि को जांच के लिए दिया।")
_INVESTIGATION = Step("under_investigation", (10, 90), "अनुसंधान शुरू, घटनास्थल देखा।")
_ASK = Step("need_information", (12, 60), details={"question": "when"})
_ANSWER = Step("answer", (2, 50), "परसों शाम करीब सात बजे, सब्जी मंडी के पास।")
_DIARY = Step("station_diary", (20, 70), "सनहा दर्ज किया गया।")
_ACTION = Step("action_taken", (30, 120), "दोनों पक्षों को बुलाकर बात कराई।")
_DISPOSED = Step("disposed", (20, 120))
_REJECTED = Step("rejected", (30, 90), details={"reason": "not_police"})
_WITHDRAWN = Step("withdrawn", (20, 90), "आवेदक ने लिखकर वापस लिया।")
_HAPPY, _UNHAPPY = Step("satisfied", (1, 60)), Step("not satisfied", (1, 60))
_FILLED = Step("fill", (3, 30))
_RECORDED = Step("recorded", (2, 40), "सनहा दर्ज किया गया।")
_RECOVERED = Step("recovered", (30, 200), "सामान थाने में जमा हुआ।")
_ASK_WHERE = Step("need_information", (4, 30), details={"question": "where"})
_ANSWER_WHERE = Step("answer", (2, 40), "स्टेशन रोड से ऑटो में बैठे थे, उसी में छूटा।")
_FOUND = Step("found", (8, 70), "परिजन के साथ थाने आए, बयान हुआ।")
_AT_STATION = Step("at_station", (2, 30))
_CHECKED = Step("verified", (20, 90), "पते पर जाकर पूछताछ की, कोई मामला नहीं।")
_ASK_PAPERS = Step("need_information", (10, 60), details={"question": "papers"})
_ANSWER_PAPERS = Step("answer", (2, 40), "किराये का कागज और आधार की कॉपी है।")
_ISSUED = Step("issued", (8, 60))
_PERMITTED = Step("permitted", (8, 40), "यातायात थाना को सूचना दी।")
_ENROLLED = Step("enrolled", (8, 60))
_INCOMPLETE = Step("rejected", (30, 90), details={"reason": "incomplete"})
_LOOKED_INTO = Step("under_enquiry", (4, 30), "सत्यापन के लिए टीम को दिया।")
_RAIDED = Step("action_taken", (10, 90), "छापेमारी की गई, बरामदगी हुई।")
_NOT_TRUE = Step("rejected", (30, 90), details={"reason": "not_found_true"})

_OF_A_VERIFICATION: tuple[tuple[Step, ...], ...] = (
    (_AT_STATION, _FILLED, _CHECKED, _ISSUED),
    (_AT_STATION, _CHECKED, _ISSUED),
    (_AT_STATION, _ASK_PAPERS, _ANSWER_PAPERS),
    (_AT_STATION, _FILLED),
)

MATTERS: dict[str, Matter] = {
    "theft": Matter(
        29,
        (
            (_SENT, _SIGN, _FIR, _INVESTIGATION),
            (_SENT, _SIGN),
            (_SENT, _SIGN, _FIR, _INVESTIGATION),
            (_SENT, _ENQUIRY, _ASK, _ANSWER),
            (_SENT, _ENQUIRY, _DIARY, _DISPOSED, _HAPPY),
            (_SENT,),
        ),
        (
            "कल रात घर के बाहर से मेरी साइकिल चोरी हो गई। लाल रंग की हीरो साइकिल थी।",
            "बाजार में भीड़ में किसी ने मेरा मोबाइल निकाल लिया। शाम छह बजे की बात है।",
            "रात में दुकान का ताला तोड़कर गल्ले से पैसा और सामान ले गए।",
            "मंदिर के बाहर से मेरी मोटरसाइकिल चोरी हो गई। काले रंग की स्प्लेंडर है।",
            "खेत से पानी का मोटर पंप खोलकर ले गए। सुबह गए तो नहीं था।",
            "बस में मेरा थैला कट गया, उसमें राशन कार्ड और दो हजार रुपये थे।",
        ),
    ),
    "dispute": Matter(
        21,
        (
            (_SENT, _ENQUIRY, _ACTION, _DISPOSED, _HAPPY),
            (_SENT, _ENQUIRY, _ACTION, _DISPOSED),
            (_SENT, _ENQUIRY, _DIARY, _DISPOSED, _UNHAPPY),
            (_SENT, _ENQUIRY, _WITHDRAWN),
            (_SENT, _REJECTED),
            (_SENT, _ENQUIRY),
        ),
        (
            "पड़ोसी ने रास्ते पर दीवार खड़ी कर दी, आने जाने का रास्ता बंद है।",
            "रात बारह बजे तक जोर से डीजे बजता है, बच्चे पढ़ नहीं पाते।",
            "खेत की मेड़ काटकर पानी रोक दिया, कहने पर झगड़ा करते हैं।",
            "शराब बेचने वाले गली में बैठे रहते हैं, औरतों का निकलना मुश्किल है।",
        ),
    ),
    "violence": Matter(
        12,
        (
            (_SENT_AT_ONCE, _SIGN, _FIR, _INVESTIGATION),
            (_SENT_AT_ONCE, _ENQUIRY, _ACTION, _DISPOSED, _UNHAPPY),
            (_SENT, _ENQUIRY, _ASK),
        ),
        (
            "पड़ोस के दो लड़कों ने लाठी से मारा, सिर में चोट है। पहले भी धमकी दे चुके हैं।",
            "जमीन को लेकर गोतिया ने घर में घुसकर मारपीट की और जान से मारने की धमकी दी।",
            "उधार का पैसा मांगने पर दुकान पर आकर मारपीट की।",
        ),
    ),
    "women_safety": Matter(
        8,
        (
            (_SENT_AT_ONCE, _ENQUIRY, _ACTION, _DISPOSED, _HAPPY),
            (_SENT_AT_ONCE, _SIGN, _FIR, _INVESTIGATION),
            (_SENT, _ENQUIRY),
        ),
        (
            "कॉलेज जाते समय दो लड़के रोज पीछा करते हैं और गंदी बातें बोलते हैं।",
            "पति शराब पीकर रोज मारपीट करता है, आज रात घर से निकाल दिया।",
            "अनजान नंबर से बार बार फोन करके परेशान करता है।",
        ),
    ),
    "child_safety": Matter(
        2,
        ((_SENT_AT_ONCE, _ENQUIRY, _ACTION, _DISPOSED, _HAPPY), (_SENT_AT_ONCE, _ENQUIRY)),
        (
            "होटल में नौ साल के बच्चे से दिन रात काम कराते हैं, मारते भी हैं।",
            "स्कूल के रास्ते में एक आदमी बच्चों को मिठाई देकर बुलाता है।",
        ),
    ),
    "cyber_fraud": Matter(
        7,
        ((_SENT, _SIGN, _FIR, _INVESTIGATION), (_SENT, _ENQUIRY, _ASK, _ANSWER)),
        (
            "बैंक का आदमी बनकर फोन किया, ओटीपी पूछा और खाते से अठारह हजार कट गए।",
            "बिजली काटने का मैसेज आया, ऐप डाला तो खाते से पैसा निकल गया।",
        ),
    ),
    "other": Matter(
        5,
        ((_SENT, _DIARY, _DISPOSED), (_SENT, _REJECTED), (_SENT, _ENQUIRY, _ASK, _ANSWER)),
        (
            "गांव में सड़क पर रात को कुछ अनजान लोग घूमते हैं, डर लगता है।",
            "चापाकल की सरकारी मशीन कोई खोलकर ले जा रहा है।",
        ),
    ),
    "police_conduct": Matter(
        3,
        ((_SENT, _ENQUIRY), ()),
        (
            "थाने पर तीन बार गए, आवेदन लेने से मना कर दिया और डांटकर भगा दिया।",
            "गश्ती के सिपाही ने ठेला लगाने के लिए पैसा मांगा।",
        ),
    ),
    "missing_person": Matter(
        4,
        (
            (_SENT_AT_ONCE, _FIR, _INVESTIGATION),
            (_SENT_AT_ONCE, _ENQUIRY, _FOUND, _DISPOSED, _HAPPY),
            (_SENT, _ENQUIRY),
        ),
        form=_missing,
    ),
    "lost_property": Matter(
        24,
        (
            (_FILLED, _RECORDED),
            (_RECORDED, _RECOVERED),
            (_RECORDED,),
            (_ASK_WHERE, _ANSWER_WHERE, _RECORDED),
            (),
        ),
        form=_loss,
        later=(
            {"where_lost": "स्टेशन रोड, ऑटो में", "description": "काले रंग का, पीछे स्टिकर"},
            {"where_lost": "सब्जी मंडी के पास", "description": "भूरे पर्स में था"},
            {"where_lost": "पटना जंक्शन, प्लेटफॉर्म 4"},
        ),
    ),
    "character_certificate": Matter(
        22,
        (
            (_AT_STATION, _FILLED, _CHECKED, _ISSUED),
            (_AT_STATION, _ASK_PAPERS, _ANSWER_PAPERS),
            (_AT_STATION, _CHECKED, _ISSUED),
            (_AT_STATION, _FILLED, _CHECKED, _ISSUED),
            (_AT_STATION, _CHECKED, _ISSUED),
            (_AT_STATION,),
            (_AT_STATION, _INCOMPLETE),
        ),
        form=_certificate,
        later=(
            {"address": "वार्ड 12, मंदिर गली", "identity_proof": "मतदाता पहचान पत्र"},
            {"address": "नया टोला, पोस्ट ऑफिस के पीछे", "photo": "फाइल में लगी है"},
        ),
    ),
    "tenant_verification": Matter(
        7,
        _OF_A_VERIFICATION,
        form=_verification,
        later=({"references": "पुराना मकान मालिक", "subject_photo": "फाइल में लगी है"},),
    ),
    "help_verification": Matter(3, _OF_A_VERIFICATION, form=_verification),
    "driver_verification": Matter(3, _OF_A_VERIFICATION, form=_verification),
    "employee_verification": Matter(4, _OF_A_VERIFICATION, form=_verification),
    "event_permission": Matter(
        6,
        (
            (_AT_STATION, _FILLED, _CHECKED, _PERMITTED),
            (_AT_STATION, _CHECKED, _PERMITTED),
            (_AT_STATION, _INCOMPLETE),
            (_AT_STATION,),
        ),
        form=_event,
        later=({"event_map": "थाने में जमा है"},),
    ),
    "senior_citizen": Matter(
        6,
        ((_AT_STATION, _FILLED, _CHECKED, _ENROLLED), (_AT_STATION, _CHECKED, _ENROLLED), ()),
        form=_senior,
        later=({"senior_address": "वार्ड 7", "senior_visit": "घर पर मिले, ताला ठीक है"},),
    ),
    "secret_information": Matter(
        5,
        (
            (_LOOKED_INTO, _RAIDED, _DISPOSED),
            (_LOOKED_INTO, _NOT_TRUE),
            (_LOOKED_INTO,),
            (),
        ),
        (
            "नदी किनारे खाली गोदाम में रात को शराब की गाड़ी उतरती है।",
            "बस स्टैंड के पीछे ताश पर जुआ होता है, रोज शाम को।",
            "बंद ईंट भट्ठे पर बिना नंबर की मोटरसाइकिलें छिपाकर रखी हैं।",
        ),
    ),
}
