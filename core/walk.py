"""Walks every conversation: from the first question along each answer to each end.

Because a script is pure, everything it can say is found without a caller: what has to be recorded
for calls, and what tests prove of every path. Lists of data (districts, stations) are walked by
their longest name, by one that repeats elsewhere, and by the first and last.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from core.dialogue import (
    Answers,
    Ask,
    Choice,
    Day,
    Do,
    Json,
    Number,
    Plate,
    Question,
    Said,
    Script,
    Story,
    play,
)
from core.directory import Directory
from core.letters import APPLICATION_RECEIVED
from core.police import MOST_WANTED_NAMED
from core.questions import QUESTIONS
from core.scripts.missing_person import OLDEST
from core.service_entry import Records
from core.services import SERVICES
from core.states import FIR_STATES, REJECTION_REASONS, STATES
from core.text import Name, Words

OTHER_LANGUAGES = {"hi", "hi_Latn"}  # one way through the loop of languages is enough
SHOWN_IN_FULL = ("theft", "police_conduct")  # the kinds of complaint; others are alike
PLACES = (
    "pin",
    "district",
    "district_of_unknown_pin",
    "district_of_pin",
    "station",
    "home_district",
)
WALKED_PLACES = ("800001", "unknown", "usual")
MOST_OF_A_LIST = 16
LAST_ROUND = 2  # of the loops: languages, wrong reference numbers

REFERENCE = "4829135706"
OTHER_REFERENCE = "2527702793"
PLATE, OTHER_PLATE = "BR01AB1234", "BR01BA1234"  # on the same keys
NAME = "राम प्रसाद"
STORY = "कल रात नौ बजे घर के सामने से साइकिल चोरी हो गई"
NUMBERS = {
    "pin": ["800001", "845438", "804451", "999999"],  # one district, two, three, not known
    "reference": [REFERENCE],
    "birth_year": ["1985"],
    "event_hours": ["1014"],
    "senior_age": ["70"],
}
DAYS = {
    "today": "2026-11-24",
    "yesterday": "2026-11-23",
    "tomorrow": "2026-11-25",
    "first": "2025-11-25",
    "last": "2027-11-23",
}
_FORMS = [key for key, service in SERVICES.items() if service.course]
_NEED_MORE = {"fir_registered", "rejected", "recorded"}
_LONGEST_STATE = "at_station"  # in Hindi
_SIMPLE_STATES = [state for state in STATES if state not in _NEED_MORE]


@dataclass(frozen=True)
class WalkedPolice:
    """The police as a walk meets them: real places, nothing registered.

    They answer what scripts read; the walk supplies the results of work itself.
    """

    directory: Directory
    languages: Sequence[tuple[str, Words]]
    helpline: str = "06120000000"
    sms_number: str = "9800000000"

    is_written_to: bool = False
    lacks: frozenset[Records] = frozenset()

    def offers(self, service: str) -> bool:
        """Offer everything but what looks into records that are lacking."""
        return SERVICES[service].needs not in self.lacks

    def is_open(self, reference: str) -> bool:
        """Give a case that is worked on."""
        return bool(reference)

    def _work(self, *told: Any, **more: Any) -> Any:  # noqa: ANN401  # it is any work there is
        """Do nothing: see above."""
        raise AssertionError((told, more))

    speak = usual_station = days = terms = _work
    register = sends_news = registered_before = informant_code = inform = knows_code = _work
    own_cases = standing = unlock = answer = rate = remark = withdraw = object_to = _work
    vehicles = fir = wanted = write_to_her = _work


def _results_of_records(directory: Directory) -> dict[str, list[Json]]:
    """List what looking into the police's records may come to."""
    date = {"date": "24-11-2026"}
    station = max(directory.stations, key=lambda each: len(each.name.devanagari))
    place = {"district": station.district.code, "station": station.code}
    nowhere = {"district": None, "station": None}
    stolen = {"plate": PLATE, "status": "stolen", **nowhere}
    recovered = {"plate": PLATE, "status": "recovered", **place}
    person = {"latin": "Ram Prasad", "devanagari": "राम प्रसाद", "reward": "50000"}
    others = {"latin": "Shyam Kumar", "devanagari": "श्याम कुमार", "reward": ""}
    return {
        "vehicles": [
            {**date, "vehicles": []},
            {**date, "vehicles": [stolen]},
            {**date, "vehicles": [recovered]},
            {**date, "vehicles": [{**stolen, "plate": OTHER_PLATE}]},
        ],
        "fir": [
            *({"outcome": outcome, "state": "", **date} for outcome in ("closed", "wait")),
            *({"outcome": "found", "state": state, **date} for state in FIR_STATES),
        ],
        "wanted": [
            {**date, "persons": [], "others": 0},
            {**date, "persons": [person, others], "others": 0},
            {**date, "persons": [person] * MOST_WANTED_NAMED, "others": 3},
        ],
    }


def results_of_work(directory: Directory) -> dict[str, list[Json]]:
    """List what the work of scripts may come to, by its name."""
    station = max(directory.stations, key=lambda each: len(each.name.devanagari))
    place = {"district": station.district.code, "station": station.code}

    return {
        **_results_of_records(directory),
        **_results_of_status(place),
        "registered_before": [None, *({"service": key, "reference": REFERENCE} for key in _FORMS)],
        "days": [DAYS],
        "terms": [
            {"fee": "", "days": None, "counted": ""},
            {"fee": "50", "days": 14, "counted": "working"},
        ],
        "usual_station": [None, station.code],
        "language": [None],
        "registered": [REFERENCE],
        "sends_news": [True, False],
        "sent_by_sms": [True, False],
        "informant_code": ["48291357"],
        "code_known": ["found", "unknown", "wait"],
        "informed": [True, False],
    }


def _results_of_status(place: Json) -> dict[str, list[Json]]:
    """List what looking up a case, and what its citizen does about it, may come to."""

    def standing(**more: Json) -> Json:
        known = {"since": "24-11-2026", **place, "fir_number": None, "reason": None, "news": True}
        case = {"outcome": "found", "reference": REFERENCE, "own": True, "may": []}
        return {**case, **known, **more}

    def state_only(state: str, **more: Json) -> Json:
        case = {"outcome": "found", "reference": REFERENCE, "own": False, "has_pin": False}
        return {**case, "state": state, **more}

    hidden = {"has_pin": True, "is_silent": True}
    return {
        "own_cases": [
            [],
            [{"reference": OTHER_REFERENCE, "date": "24-11-2026", "state": _LONGEST_STATE}],
        ],
        "registered_as": [
            {"service": "complaint", "reference": REFERENCE, "has_pin": pin, "is_silent": silent}
            for pin, silent in ((False, False), (True, False), (True, True))
        ],
        "standing": [
            *({"outcome": outcome} for outcome in ("unknown", "mistyped", "wait", "silent")),
            *(standing(state=state) for state in _SIMPLE_STATES),
            standing(state="fir_registered", fir_number="12345/2026", may=["add"]),
            standing(state="recorded", diary_number="12345/2026", may=["object"]),
            *(standing(state="rejected", reason=reason) for reason in REJECTION_REASONS),
            *(standing(state=state, news=False) for state in ("received", "awaiting_signature")),
            standing(state="received", district=None, station=None, may=["add"]),
            standing(state="received", may=["add", "withdraw"], letter=APPLICATION_RECEIVED),
            standing(state="withdrawn", may=["object"]),
            *(standing(state="need_information", question=each) for each in QUESTIONS),
            standing(state="need_information", answered=True, may=["add", "withdraw"]),
            standing(state="need_information", answered=True, news=False),
            standing(state="disposed", asks_rating=True),
            *(state_only(state) for state in STATES),
            state_only("received", has_pin=True),
            state_only("received", has_pin=True, is_silent=True),
        ],
        "unlocked": [
            *({"outcome": outcome} for outcome in ("wrong_pin", "wait", "wait_a_day", "silent")),
            standing(state="received", may=["add"], **hidden),
            standing(state="need_information", question="when", **hidden),
            standing(state="disposed", asks_rating=True, **hidden),
            state_only("received"),
        ],
        "answered": [None],
        "rated": ["reopened", "kept"],
        "remarked": [None],
        "added": [None],
        "withdrawn": [True, False],
        "objected": [True, False],
    }


@dataclass(frozen=True)
class Path:
    """One conversation: the questions with the answers given, and its last words."""

    steps: tuple[tuple[Ask, Json], ...]
    answers: Answers
    end: Said

    @property
    def registers(self) -> bool:
        """Whether a case was registered on the way."""
        return "registered" in self.answers


def base_name(name: str) -> str:
    """Give a question's name without the number it has in a loop."""
    return re.sub(r"_\d+$", "", name)


def walk(script: Script, directory: Directory, *, brief: bool = False) -> Iterator[Path]:
    """Walk every path; `brief` takes two entries of a long list, and two kinds in full."""
    return _Walk(script, directory, brief=brief).paths({}, ())


class _Walk:
    def __init__(self, script: Script, directory: Directory, *, brief: bool) -> None:
        self._script = script
        self._results = results_of_work(directory)
        self._counts = Counter(station.name for station in directory.stations)
        self._brief = brief

    def paths(self, answers: Answers, steps: tuple[tuple[Ask, Json], ...]) -> Iterator[Path]:
        turn = play(self._script, answers)
        if isinstance(turn, Said):
            yield Path(steps, answers, turn)
        elif isinstance(turn, Do):
            for result in self._outcomes(base_name(turn.once.name), answers):
                yield from self.paths({**answers, turn.once.name: result}, steps)
        elif not _is_beyond(turn.question.name):
            choices = self._meanings(turn.question)
            is_like_another = answers.get("kind") not in SHOWN_IN_FULL
            if is_like_another and base_name(turn.question.name) in PLACES:
                # Places are asked for everywhere in the same way.
                choices = [each for each in choices if each in WALKED_PLACES] or choices[:1]
            is_of_complaint = "kind" in answers and is_like_another
            for meaning in choices[:1] if self._brief and is_of_complaint else choices:
                kept = {**answers, turn.question.name: meaning}
                yield from self.paths(kept, (*steps, (turn, meaning)))

    def _outcomes(self, work: str, answers: Answers) -> list[Json]:
        """List what work may come to after these answers.

        Nobody who is satisfied has a case opened again, and a case is kept as it was sent.
        """
        if work == "rated" and answers["satisfied"] == "yes":
            return ["kept"]
        if work == "registered_as" and "registered" in answers:
            is_silent = answers["confirm"] == "silent"
            has_pin = "new_pin" in answers
            told = {"has_pin": has_pin, "is_silent": is_silent}
            return [each for each in self._results[work] if told.items() <= each.items()]
        return self._results[work]

    def _meanings(self, question: Question) -> list[Json]:
        """List the answers by which a question is walked."""
        if isinstance(question, Story):
            return [
                {"typed": NAME if question.is_brief else STORY},
                *(each.meaning for each in question.instead),
            ]
        if isinstance(question, Number):
            instead = (each.meaning for each in question.instead)
            return [*self._numbers(question), *instead]
        if isinstance(question, Day):
            return [question.last if question.first < DAYS["today"] else question.first]
        if isinstance(question, Plate):
            return [PLATE]
        return self._of_list(question)

    def _numbers(self, question: Number) -> list[str]:
        """Give the numbers that are told apart, or one that is in order."""
        if known := NUMBERS.get(base_name(question.name)):
            return known
        digits = "9876543210"[: question.digits]
        return ["45" if question.most == OLDEST else str(question.most or digits)]

    def _of_list(self, question: Choice[object]) -> list[Json]:
        options = [each for each in question.options if each.meaning not in OTHER_LANGUAGES]
        if len(options) > MOST_OF_A_LIST:
            names = {each: each.label for each in options if isinstance(each.label, Name)}
            longest = max(options, key=lambda each: len(names[each].devanagari))
            repeated = [each for each in options if self._counts[names[each]] > 1]
            more = [] if self._brief else [*repeated[:1], options[-1]]
            options = list(dict.fromkeys([options[0], longest, *more]))
        if question.otherwise:
            options.append(question.otherwise)
        return [each.meaning for each in options]


def _is_beyond(name: str) -> bool:
    round_of_loop = re.search(r"_(\d+)$", name)
    return round_of_loop is not None and int(round_of_loop[1]) > LAST_ROUND
