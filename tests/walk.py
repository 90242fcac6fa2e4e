"""Walks every conversation: from the first question along each answer to each end.

Lists of data (districts, stations) are walked by their longest name, by one that repeats
elsewhere, and by the first and last; `tests/ussd/test_fit.py` draws every single entry.
"""

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial

from core.dialogue import (
    Answers,
    Ask,
    Choice,
    Do,
    Json,
    Number,
    Question,
    Said,
    Script,
    Story,
    play,
)
from core.scripts.main_menu import main_menu
from core.states import REJECTION_REASONS, STATES
from core.text import Name
from tests.fakes import DIRECTORY, WalkedPolice

OTHER_LANGUAGES = {"hi", "hi_Latn"}  # one way through the loop of languages is enough
SHOWN_IN_FULL = ("theft", "police_conduct")  # the kinds of complaint; others are alike
MOST_OF_A_LIST = 16
LAST_ROUND = 2  # of the loops: languages, wrong reference numbers

REFERENCE = "4829135706"
STORY = "कल रात नौ बजे घर के सामने से साइकिल चोरी हो गई"
NUMBERS = {
    "pin": ["800001", "845438", "804451", "999999"],  # one district, two, three, not known
    "reference": [REFERENCE],
}
STATION = max(DIRECTORY.stations, key=lambda station: len(station.name.devanagari))
_COUNTS = Counter(station.name for station in DIRECTORY.stations)


def _standing(**more: Json) -> Json:
    known = {"since": "24-11-2026", "district": STATION.district.code, "station": STATION.code}
    empty = {"fir_number": None, "reason": None, "news": True}
    return {"outcome": "found", "reference": REFERENCE, "own": True, **known, **empty, **more}


RESULTS: dict[str, list[Json]] = {
    "registered_before": [None, REFERENCE],
    "usual_station": [None, STATION.code],
    "language": [None],
    "registered": [REFERENCE],
    "sends_news": [True, False],
    "standing": [
        *({"outcome": outcome} for outcome in ("unknown", "mistyped", "wait")),
        *(
            _standing(state=state)
            for state in STATES
            if state not in {"fir_registered", "rejected"}
        ),
        _standing(state="fir_registered", fir_number="12345/2026"),
        *(_standing(state="rejected", reason=reason) for reason in REJECTION_REASONS),
        *(_standing(state=state, news=False) for state in ("received", "awaiting_signature")),
        _standing(state="received", district=None, station=None),
        {"outcome": "found", "reference": REFERENCE, "state": "rejected", "own": False},
    ],
}


@dataclass(frozen=True)
class Path:
    """One conversation: the questions with the answers given, and its last words."""

    steps: tuple[tuple[Ask, Json], ...]
    answers: Answers
    end: Said

    @property
    def registers(self) -> bool:
        return "registered" in self.answers


def the_script(*, unicode: bool = True) -> Script:
    return partial(main_menu, WalkedPolice(unicode=unicode))


def base_name(name: str) -> str:
    """Give a question's name without the number it has in a loop."""
    return re.sub(r"_\d+$", "", name)


def walk(script: Script | None = None, *, brief: bool = False) -> Iterator[Path]:
    """Walk every path; `brief` takes two entries of a long list, and two kinds in full."""
    yield from _walk(script or the_script(), {}, (), brief=brief)


def _walk(
    script: Script, answers: Answers, steps: tuple[tuple[Ask, Json], ...], *, brief: bool
) -> Iterator[Path]:
    turn = play(script, answers)
    if isinstance(turn, Said):
        yield Path(steps, answers, turn)
    elif isinstance(turn, Do):
        for result in RESULTS[base_name(turn.once.name)]:
            yield from _walk(script, {**answers, turn.once.name: result}, steps, brief=brief)
    elif not _is_beyond(turn.question.name):
        choices = meanings(turn.question, brief=brief)
        is_like_another = brief and answers.get("kind", SHOWN_IN_FULL[0]) not in SHOWN_IN_FULL
        for meaning in choices[:1] if is_like_another else choices:
            kept = {**answers, turn.question.name: meaning}
            yield from _walk(script, kept, (*steps, (turn, meaning)), brief=brief)


def _is_beyond(name: str) -> bool:
    round_of_loop = re.search(r"_(\d+)$", name)
    return round_of_loop is not None and int(round_of_loop[1]) > LAST_ROUND


def meanings(question: Question, *, brief: bool = False) -> list[Json]:
    """List the answers by which a question is walked."""
    if isinstance(question, Story):
        return [{"typed": STORY}]
    if isinstance(question, Number):
        return [*NUMBERS[base_name(question.name)], *(each.meaning for each in question.instead)]
    return _of_list(question, brief=brief)


def _of_list(question: Choice[object], *, brief: bool) -> list[Json]:
    options = [each for each in question.options if each.meaning not in OTHER_LANGUAGES]
    if len(options) > MOST_OF_A_LIST:
        names = {each: each.label for each in options if isinstance(each.label, Name)}
        longest = max(options, key=lambda each: len(names[each].devanagari))
        repeated = [each for each in options if _COUNTS[names[each]] > 1]
        sample = [options[0], longest, *([] if brief else [*repeated[:1], options[-1]])]
        options = list(dict.fromkeys(sample))
    if question.otherwise:
        options.append(question.otherwise)
    return [each.meaning for each in options]
