"""Every path of every call: all of it has a voice, and all of it can be reached by keys.

Drawing proves it of every question; then real calls go every way of the brief walk.
"""

import re
from collections import deque
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from functools import cache, partial
from itertools import chain
from pathlib import Path

import pytest

from audio.library import Library
from audio.speech import Clip, Sound, speak
from core.cases import FIRST_STATE, Move, NewCase
from core.conversation import Back, Conversation, Danger, Due, Meant, NotUnderstood, Talk
from core.dialogue import (
    Ask,
    Choice,
    Day,
    Json,
    Mobile,
    Number,
    Plate,
    Question,
    Said,
    Story,
    Typed,
    play,
)
from core.directory import District
from core.language import Language
from core.pages import named_options
from core.plates import keys_of_plate
from core.reference import new_reference
from core.scripts.main_menu import main_menu, path_to
from core.scripts.register_complaint import COMPLAINTS
from core.service_entry import Course
from core.service_entry import Service as ServiceEntry
from core.services import SERVICES
from core.states import REJECTION_REASONS, STATES
from core.text import Name, Text, Words
from core.walk import PLATE, WalkedPolice
from core.walk import Path as WalkedPath
from ivr.keypad import keys_of
from ivr.prompt import Playback, Prompt, View, draw, guided, read
from ivr.voice import said_in_turn, slowly
from tests.fakes import DIRECTORY, LANGUAGES, walk
from tests.ivr.conftest import (
    WHICH,
    Maker,
    Serves,
    aloud,
    gaps,
    listens,
    number_heard,
    phone_of,
    tell,
)
from tests.ivr.phones import Phone
from tests.service import Service

MOST_OPTIONS, MOST_TOKENS = 8, 200
EVERY = 60  # of the ways that are like others
NAMELESS = {service.key for service in SERVICES.values() if service.is_nameless}
every_language = pytest.mark.parametrize(
    "language", LANGUAGES.voices, ids=[each.code for each in LANGUAGES.voices]
)
SCRIPT = partial(main_menu, WalkedPolice(DIRECTORY, LANGUAGES.menu_of_voices))
TALK = Talk(SCRIPT, "06120000000", "")
BEGUN: dict[str, Json] = {"registered_before": None}
TO_PLACE = {**BEGUN, "wish_1": "complaint", "kind": "theft", "usual_station": None}


# --- What is due anywhere


@cache
def every_path() -> tuple[WalkedPath, ...]:
    return tuple(walk(SCRIPT))


@cache
def numbers_given() -> dict[str, str]:
    """Give a number that answers each question for one, by the question's name."""
    return {
        ask.question.name: str(meaning)
        for path in every_path()
        for ask, meaning in path.steps
        if isinstance(ask.question, Number) and str(meaning).isdigit()
    }


@cache
def everything_due() -> tuple[Due, ...]:
    """Give every question, those we ask on our own account, and every end, each once."""
    asks: dict[int, Ask] = {}
    ends: dict[Words, Said] = {}
    for path in every_path():
        asks |= {id(ask): ask for ask, _ in path.steps}
        ends.setdefault(path.end.words, path.end)
    questions = chain.from_iterable(_with_asides(ask.question) for ask in asks.values())
    found = {(each.name, each.text, each.intro, _meanings(each)): each for each in questions}
    return (*(Ask(each, ()) for each in found.values()), *ends.values(), *_ends_anywhere())


def _with_asides(question: Question) -> Iterator[Question]:
    yield question
    yield from (TALK.aside(kind, question) for kind in ("resume", "help", "playback"))


def _meanings(question: Question) -> tuple[str, ...]:
    if isinstance(question, Choice):
        return tuple(each.meaning for each in question.all_options)
    return tuple(each.meaning for each in named_options(question))


def _ends_anywhere() -> Iterator[Due]:
    for answers in (BEGUN, TO_PLACE):
        yield TALK.converse(Conversation("", dict(answers)), Danger())
    yield TALK.converse(Conversation("", dict(BEGUN)), Back())


def ways(due: Due, language: Language) -> dict[View, tuple[str, ...]]:
    """Give every place in a question where a caller may stand, with the keys that lead there."""
    found: dict[View, tuple[str, ...]] = {View(): ()}
    waiting = deque(found)
    while waiting:
        view = waiting.popleft()
        for keys in keys_offered(due, view, language):
            pressed = read(keys, due, view, language)
            if isinstance(pressed, View) and pressed not in found:
                found[pressed] = (*found[view], keys)
                waiting.append(pressed)
    return found


def keys_offered(due: Due, view: View, language: Language) -> list[str]:
    """Give the keys that are read out, and where letters are asked for, those of every name."""
    prompt = draw(due, view, language)
    keys = [*prompt.keys]
    if isinstance(due, Ask) and asks_letters(prompt):
        keys += [keys_of(name) for name in names_of(due.question)]
    return list(dict.fromkeys(keys))


def asks_letters(prompt: Prompt) -> bool:
    return prompt.most_keys == 3 and not prompt.is_spoken


def names_of(question: Question) -> list[Name]:
    options = question.options if isinstance(question, Choice) else ()
    names = chain.from_iterable((each.label, *each.also) for each in options)
    return [each for each in names if isinstance(each, Name)]


def keys_to(due: Ask, meaning: Json, language: Language) -> tuple[str, ...]:
    """Give the keys by which a caller says what she means, prompt by prompt."""
    if isinstance(due.question, Day) and meaning not in _meanings(due.question):
        return ("1",)  # the day of the walk is none of the real calendar
    if isinstance(due.question, Number) and meaning not in _meanings(due.question):
        instead = due.question.instead
        ending = "#" if due.question.fewest is not None else ""
        return (*((str(len(instead) + 1),) if instead else ()), f"{meaning}{ending}")
    for view, way in ways(due, language).items():
        for keys, pressed in draw(due, view, language).keys.items():
            if pressed == Meant(meaning):
                enough = asks_letters(draw(due, view, language))
                return (*way, f"{keys}#" if enough else keys)
    raise LookupError(meaning)


@cache
def sounds(words: Words, code: str) -> tuple[Sound, ...]:
    return speak(words, LANGUAGES.voice_of(code))


def parts_of(prompt: Prompt) -> list[Words]:
    return [part for part in prompt.says if not isinstance(part, Playback)]


def prompts(due: Due, language: Language) -> Iterator[Prompt]:
    """Give what is said of a question, wherever a caller stands."""
    for view in ways(due, language):
        for unclear in (False, True):
            yield draw(due, replace(view, unclear=unclear), language)


# --- Drawing


def test_the_walk_meets_every_kind_of_question() -> None:
    due = everything_due()
    kinds = {type(each.question) if isinstance(each, Ask) else Said for each in due}
    assert {Choice, Number, Mobile, Day, Plate, Story, Said} <= kinds
    assert len(due) > 50


def test_the_walk_meets_every_service() -> None:
    paths = every_path()
    for service in SERVICES.values():
        way = path_to(service).items()
        assert any(way <= path.answers.items() for path in paths), service.key


@every_language
def test_everything_that_can_be_said_has_its_clip(language: Language, clips: Path) -> None:
    library = Library(clips)
    said = {
        words
        for due in everything_due()
        for prompt in prompts(due, language)
        for words in parts_of(guided(prompt))
    }
    needed = {each for words in said for each in sounds(words, language.code)}
    there = {each.id for each in needed if isinstance(each, Clip)} & set(
        library._shelf(language.code).files
    )
    missing = sorted(
        each.name for each in needed if isinstance(each, Clip) and each.id not in there
    )
    assert missing == []


@every_language
def test_no_prompt_is_longer_than_an_address_or_has_more_keys_than_a_phone(
    language: Language,
) -> None:
    for due in everything_due():
        for prompt in prompts(due, language):
            speech = slowly(said_in_turn(parts_of(guided(prompt)), language))
            assert len(speech) <= MOST_TOKENS
            options = [keys for keys, pressed in prompt.keys.items() if isinstance(pressed, Meant)]
            assert len(options) <= MOST_OPTIONS
            assert set(prompt.keys) <= set("0123456789")


@every_language
def test_everything_that_can_be_meant_can_be_said_by_keys(language: Language) -> None:
    for due in everything_due():
        if isinstance(due, Said):
            continue
        reached = {
            pressed.meaning
            for view in ways(due, language)
            for keys in draw(due, view, language).keys
            if isinstance(pressed := read(keys, due, view, language), Meant)
        }
        assert reached == set(_meanings(due.question)) - {language.code}, due.question.name


@every_language
def test_every_number_can_be_keyed_in(language: Language) -> None:
    numbers = [
        due for due in everything_due() if isinstance(due, Ask) and isinstance(due.question, Number)
    ]
    for due in numbers:
        assert isinstance(due.question, Number)
        view = View(opened=True)
        assert view in ways(due, language) or not due.question.instead
        assert draw(due, view, language).most_keys == due.question.digits
        digits = numbers_given()[due.question.name]
        assert read(digits, due, view, language) == Meant(digits)


@every_language
def test_every_day_and_every_plate_can_be_keyed_in(language: Language) -> None:
    seen: set[type[Question]] = set()
    for due in everything_due():
        question = due.question if isinstance(due, Ask) else None
        if isinstance(question, Day):
            assert View(opened=True) in ways(due, language)
            day = read("2411", due, View(opened=True), language)
            assert day in {Meant(question.first), Meant(question.last)}
            assert read("3111", due, View(opened=True), language) == NotUnderstood()
            seen.add(Day)
        if isinstance(question, Plate):
            keys = keys_of_plate(PLATE)
            assert len(keys) <= draw(due, View(), language).most_keys
            assert read(keys, due, View(), language) == Meant(keys)
            seen.add(Plate)
    assert seen == {Day, Plate}


@every_language
def test_star_leads_out_of_every_question(language: Language) -> None:
    for due in everything_due():
        if isinstance(due, Said):
            continue
        for start in ways(due, language):
            view = start
            for _ in range(100):
                pressed = read("*", due, view, language)
                if isinstance(pressed, Back):
                    break
                assert isinstance(pressed, View)
                view = pressed
            else:
                pytest.fail(f"{due.question.name}: no way out of {start}")


@every_language
def test_112_is_understood_wherever_so_many_keys_are_taken(language: Language) -> None:
    for due in everything_due():
        for view in ways(due, language):
            if draw(due, view, language).most_keys >= 3:
                assert read("112", due, view, language) == Danger()


# --- The directory


def stations_question(district: District) -> Ask:
    """Give the question for the stations of a district."""
    answers = {**TO_PLACE, "pin": "district", "district": district.code}
    turn = play(SCRIPT, answers)
    assert isinstance(turn, Ask)
    assert turn.question.name == "station"
    return turn


def districts_question() -> Ask:
    turn = play(SCRIPT, {**TO_PLACE, "pin": "district"})
    assert isinstance(turn, Ask)
    return turn


def is_found(meaning: str, name: Name, due: Ask, language: Language) -> bool:
    """Press the first letters of a name, and go through the pages that follow."""
    view = View()
    if asks_letters(draw(due, view, language)):
        pressed = read(keys_of(name), due, view, language)
        assert isinstance(pressed, View), name
        view = pressed
    while Meant(meaning) not in draw(due, view, language).keys.values():
        following = read("9", due, view, language)
        if not isinstance(following, View):
            return False
        view = following
    return True


@every_language
def test_every_district_is_found_by_its_first_letters(language: Language) -> None:
    due = districts_question()
    for district in DIRECTORY.districts:
        assert is_found(district.code, district.name, due, language), district.name
        if district.headquarters:
            assert is_found(district.code, district.headquarters, due, language)


@every_language
def test_every_station_is_found_by_its_first_letters(language: Language) -> None:
    found = 0
    for district in DIRECTORY.districts:
        due = stations_question(district)
        for station in DIRECTORY.stations_of(district):
            assert is_found(station.code, station.name, due, language), station
            found += 1
    assert found == len(DIRECTORY.stations)


@every_language
def test_every_station_is_within_the_whole_list(language: Language) -> None:
    for district in DIRECTORY.districts:
        due = stations_question(district)
        view = View(opened=asks_letters(draw(due, View(), language)))
        listed: list[str] = []
        while True:
            keys = draw(due, view, language).keys
            listed += [each.meaning for each in keys.values() if isinstance(each, Meant)]
            following = keys.get("9")
            if not isinstance(following, View):
                break
            view = following
        assert {each.code for each in DIRECTORY.stations_of(district)} < set(listed)


@every_language
def test_the_clips_of_every_question_for_stations_are_there(
    language: Language, clips: Path
) -> None:
    files = Library(clips)._shelf(language.code).files
    for district in DIRECTORY.districts:
        for prompt in prompts(stations_question(district), language):
            for words in parts_of(guided(prompt)):
                lacking = [
                    each.name
                    for each in sounds(words, language.code)
                    if isinstance(each, Clip) and each.id not in files
                ]
                assert not lacking


# --- Real calls


@dataclass
class Walker:
    """Calls of one service along the paths of the walk, each from a phone of its own.

    Time passes between keys, as it does; three in a row would else be a call for help.
    """

    service: Service
    maker: Maker
    clock: Callable[[float], None]
    calls: int = 0

    def phone(self, usual_station: str | None = None) -> Phone:
        """Give a new phone; one that has written to a station before, if so asked."""
        self.calls += 1
        phone = phone_of(self.service, self.maker, f"+9198{self.calls:08}")
        if usual_station:
            self.registers(phone, usual_station)
        return phone

    def registers(
        self, phone: Phone, station: str | None, service: str = "complaint", kind: str = "theft"
    ) -> str:
        """Register a case of a phone, and give its number."""
        found = DIRECTORY.station(station)
        return self.service.parts.cases.register(
            NewCase(
                conversation=f"of {phone.number}",
                service=service,
                kind=kind,
                phone=phone.number,
                language="hi",
                channel="ussd",
                district=found.district.code if found else None,
                station=station,
                usual_station=station,
                story=Typed("साइकिल चोरी हो गई"),
            )
        )

    def walks(self, way: "Way") -> list[str]:
        """Go a way by call; give what was sent and heard at each step, apart from names of ours."""
        phone = self.phone(way.usual_station)
        language = LANGUAGES.voice_of("hi")
        documents = [self.document(phone.dials())]
        for ask, meaning in way.steps:
            if isinstance(ask.question, Story):
                documents += self.told(phone, is_played_back=not ask.question.is_brief)
                continue
            for keys in keys_to(ask, meaning, language):
                self.clock(5)
                documents.append(self.document(phone.presses(keys)))
            if ask.question.name.startswith("tongue"):
                language = LANGUAGES.voice_of(meaning)
        assert not phone.lost
        phone.hangs_up()
        return documents

    def told(self, phone: Phone, *, is_played_back: bool) -> Iterator[str]:
        """Tell a story, or a name, of which nothing is played back."""
        yield self.document(tell(phone))
        if is_played_back:
            listens(phone)
            yield self.document(phone.presses("1"))

    def document(self, phone: Phone) -> str:
        """Give what was sent last, without what differs from call to call."""
        assert phone._last
        assert "<Say" not in phone._last[1].text
        assert phone.heard
        words = re.sub(r"\d( \d){9}", "NUMBER", phone.heard)
        text = phone._last[1].text
        if words != phone.heard:
            text = re.sub(r"/audio/[^<\"]*", "AUDIO", text)
        text = re.sub(r"recording=[0-9a-f]+", "recording=ID", text)
        text = re.sub(r"(RE|recordings/)[0-9a-f]{32}", "RECORDING", text)
        return f"{words}\n{text}"


@dataclass(frozen=True)
class Way:
    """A path as a caller goes it: what she answers, and whether she has a usual station."""

    steps: tuple[tuple[Ask, Json], ...]
    usual_station: str | None

    @property
    def name(self) -> tuple[str, ...]:
        return tuple(f"{ask.question.name}={meaning}" for ask, meaning in self.steps)

    @property
    def is_sent(self) -> bool:
        return any(step in {"confirm=send", "confirm=silent"} for step in self.name)

    @property
    def is_nameless(self) -> bool:
        return any(step.partition("=")[2] in NAMELESS for step in self.name)


@cache
def form_ways() -> tuple[Way, ...]:
    """Give the ways of the brief walk that end with a form, sent or discarded."""
    found: dict[tuple[str, ...], Way] = {}
    for path in walk(SCRIPT, brief=True):
        if "confirm" in path.answers:
            way = Way(path.steps, path.answers.get("usual_station"))
            found.setdefault((*way.name, str(bool(way.usual_station))), way)
    return tuple(found.values())


@pytest.fixture
def walker(serves: Serves, maker: Maker, clock: Callable[[float], None]) -> Walker:
    return Walker(serves(), maker, clock)


def sampled(ways: tuple[Way, ...]) -> list[Way]:
    """Take every way with a step that was not gone yet, or not to its end, and some others."""
    gone: set[tuple[str, ...]] = set()
    taken = []
    for number, way in enumerate(ways):
        kind, last = way.name[:3], way.name[-1:]
        steps = {(name,) for name in way.name} | {(*kind, *last)}
        if steps - gone or number % EVERY == 0:
            taken.append(way)
            gone |= steps
    return taken


@pytest.mark.redis
def test_every_way_to_every_form_can_be_gone_by_call(walker: Walker) -> None:
    ways_gone = sampled(form_ways())
    registered = 0
    for way in ways_gone:
        documents = walker.walks(way)
        registered += way.is_sent + bool(way.usual_station)
        assert ("NUMBER" in documents[-1]) == (way.is_sent and not way.is_nameless), way.name
    names = {name for way in ways_gone for name in way.name}
    assert names == {name for way in form_ways() for name in way.name}
    forms = {path_to(each)["wish_1"] for each in SERVICES.values() if each.course}
    assert {f"wish_1={form}" for form in forms} <= names
    assert {f"kind={kind}" for kind in COMPLAINTS.kinds} <= names
    cases = walker.service.parts.cases
    assert len(cases.newest(most=10_000)) == registered
    assert gaps(walker.service) == []


@pytest.mark.redis
def test_the_same_way_sounds_the_same_at_the_second_time(walker: Walker) -> None:
    for way in form_ways()[:: 8 * EVERY]:
        assert walker.walks(way) == walker.walks(way)


# --- Every state of a case


DETAILS = {
    "fir_number": "12345/2026",
    "fir_date": "01-01-2026",
    "district": "PATNA",
    "station": "5117029",
    "reason": "not_police",
    "diary_number": "12345/2026",
}
REASONS = {f"rejected: {reason}": reason for reason in REJECTION_REASONS}
SATISFIED = Text("Are you satisfied with the work?")
STANDINGS = [*(each for each in STATES if each != "rejected"), *REASONS]


def service_with_state(state: str) -> ServiceEntry:
    """Give the first service whose cases come to a state, and belong to somebody."""
    return next(
        each
        for each in SERVICES.values()
        if each.course and state in each.course and not each.is_nameless
    )


def moves_to(course: Course, state: str) -> tuple[str, ...]:
    """Give the moves that lead from a new case to a state, as few as can be."""
    found: dict[str, tuple[str, ...]] = {FIRST_STATE: ()}
    waiting = deque(found)
    while state not in found:
        before = waiting.popleft()
        for following in sorted(course[before] - found.keys()):
            found[following] = (*found[before], following)
            waiting.append(following)
    return found[state]


def case_in(walker: Walker, phone: Phone, standing: str) -> str:
    """Register a case of a phone, and move it to where it is to stand; give its number."""
    state, _, reason = standing.partition(": ")
    service = service_with_state(state)
    kind = "theft" if service is COMPLAINTS else next(iter(service.kinds))
    reference = walker.registers(phone, "5117029", service.key, kind)
    assert service.course
    for move in moves_to(service.course, state):
        details = {**DETAILS, "reason": reason or DETAILS["reason"]}
        needed = {name: details[name] for name in STATES[move].needs}
        walker.service.parts.cases.move(reference, Move(move, "tester", details=needed))
    return reference


def asks_for(walker: Walker, phone: Phone, reference: str, language: str) -> str:
    """Ask for the status in a language; give all that was said."""
    walker.service.parts.office.citizens.choose_language(phone.number, language)
    heard = phone.dials().presses("2").heard
    heard += phone.presses("1" if aloud(WHICH, language) in heard else reference).heard
    if aloud(SATISFIED, language) in heard:
        heard += phone.presses("3").heard
    if not phone.is_over:
        phone.hangs_up()
    return heard


@pytest.mark.redis
@every_language
def test_every_state_of_ones_own_case_is_told_by_call(walker: Walker, language: Language) -> None:
    for standing in STANDINGS:
        phone = walker.phone()
        reference = case_in(walker, phone, standing)
        heard = asks_for(walker, phone, reference, language.code)
        state = STATES[standing.partition(":")[0]]
        assert aloud(state.label, language.code) in heard
        assert aloud(state.advice, language.code).strip(".") in heard
        if reason := REASONS.get(standing):
            assert aloud(REJECTION_REASONS[reason], language.code).strip(".") in heard
        if "fir_number" in state.needs:
            assert "1 2 3" in heard
    assert gaps(walker.service) == []


@pytest.mark.redis
@every_language
def test_another_phone_is_told_every_state_of_a_case_by_call(
    walker: Walker, language: Language
) -> None:
    untold = []
    for state in STATES:
        reference = case_in(walker, walker.phone(), state)
        heard = asks_for(walker, walker.phone(), reference, language.code)
        untold += [] if aloud(STATES[state].label, language.code) in heard else [state]
        assert "1 2 3" not in heard
    assert (gaps(walker.service), untold) == ([], [])


@pytest.mark.redis
@every_language
def test_who_wants_no_letters_is_told_so_with_the_status(
    walker: Walker, language: Language
) -> None:
    phone = walker.phone()
    reference = case_in(walker, phone, "awaiting_signature")
    office, seal = walker.service.parts.office, walker.service.parts.postman.office.seal
    phone_hash = seal.fingerprint("phone", phone.number)
    office.citizens.stop_letters(phone_hash, seal.close(phone.number))
    heard = asks_for(walker, phone, reference, language.code)
    assert "5 6 1 6 1" in heard
    assert gaps(walker.service) == []


@pytest.mark.redis
@every_language
def test_a_case_without_a_place_is_told_by_call(walker: Walker, language: Language) -> None:
    phone = walker.phone()
    reference = walker.registers(phone, None)
    heard = asks_for(walker, phone, reference, language.code)
    assert aloud(Text("Place not known"), language.code).strip(".") in heard
    assert gaps(walker.service) == []


@pytest.mark.redis
@every_language
def test_every_wrong_number_is_answered_by_call(walker: Walker, language: Language) -> None:
    phone = walker.phone()
    walker.service.parts.office.citizens.choose_language(phone.number, language.code)
    phone.dials().presses("2")
    numbers = (new_reference(lambda most: most - 1), *map(str, range(1234567890, 1234567893)))
    for number in numbers:
        assert phone.presses(number).heard
        assert not phone.is_over
    phone.presses(new_reference(lambda most: most // 2))
    assert phone.is_over
    assert phone.heard
    assert gaps(walker.service) == []


@pytest.mark.redis
@every_language
def test_who_gets_no_letters_is_told_to_ask(walker: Walker, language: Language) -> None:
    phone = walker.phone()
    walker.service.parts.office.citizens.choose_language(phone.number, language.code)
    seal = walker.service.parts.postman.office.seal
    phone_hash = seal.fingerprint("phone", phone.number)
    citizens = walker.service.parts.office.citizens
    citizens.stop_letters(phone_hash, seal.close(phone.number))
    phone.dials()
    for keys in ("1", "8", "2"):
        phone.presses(keys)
    tell(phone).presses("1").presses("1")
    assert number_heard(phone) == walker.service.only_case().reference
    assert gaps(walker.service) == []
