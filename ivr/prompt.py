"""What is due, on a call: what the caller hears, and what the keys she may press mean.

The key is said after the thing ("for theft press 1"), for who listens holds on to the last word.
One to eight options a page; 8 is the option within reach on every page, 9 goes on, 0 says it
again, star goes back, hash ends a number. A list longer than two pages is narrowed by the first
letters of a name on the keypad, where 1 has the whole list read and 0 stands for the option
within reach. A number or a day that may be answered otherwise is offered as a list first, so that
every key but those of the number itself works at once.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from typing import Any, TypeAlias, assert_never

from core.conversation import (
    EMERGENCY_NUMBER,
    Back,
    Danger,
    Due,
    Heard,
    Meant,
    NotUnderstood,
)
from core.days import read_day
from core.dialogue import Choice, Day, Number, Option, Plate, Question, Said, Story
from core.language import Language
from core.pages import named_options
from core.plates import FEWEST_KEYS, MOST_KEYS
from core.text import Name, Text, Words
from ivr.keypad import LETTERS_ASKED, is_keyed, keys_of

BACK, AGAIN, MORE, OTHERWISE, WHOLE_LIST = "*", "0", "9", "8", "1"
_ON_A_PAGE = 8
_PAGES_WITHOUT_LETTERS = 2
_KEYS_OF_ONE, _SECONDS_FOR_ONE, _SECONDS_FOR_MORE = 1, 5, 6
_MOST_KEYS_OF_EMERGENCY = len(EMERGENCY_NUMBER)

_KEYS_OF_A_DAY = 4
LONGEST_STORY, LONGEST_NAME = 120, 20  # seconds
_SILENCE_AFTER_A_STORY, _SILENCE_AFTER_A_NAME = 6, 4  # seconds, after which it counts as told
_KEYED = "keyed"  # the meaning of the last entry of a list whose other entries need no digits
# What that entry is called, and what is asked then, by how the question's name begins.
_KEYED_IN = {
    "pin": (
        Text("Key in the PIN code"),
        Text("Please press the {digits} digits of the PIN code."),
    ),
    "fir_year": (Text("Another year"), Text("Please press the {digits} digits of the year.")),
    "secret_pin": (
        Text("Key in the secret PIN"),
        Text("Please press the {digits} digits of the secret PIN."),
    ),
    "": (Text("Another number"), Text("Please press the {digits} digits of the number.")),
}
_ANOTHER_DAY = Text("Another day")
_THEN_HASH = Text("Press the digits, then hash.")
_DAY_AND_MONTH = Text("Press two digits for the day and two for the month; for 5 November 0511.")
_PLATE = Text(
    "Press each letter and digit once, on the key where it stands; for BR01AB1234 2701221234."
    " Then hash."
)
_GUIDE = Text("To go back press star. To hear it again press 0. In danger press 112.")


@dataclass(frozen=True, slots=True)
class Playback:
    """The place in a prompt where the caller hears what she has just spoken."""


@dataclass(frozen=True, slots=True)
class View:
    """Where the caller stands in what is due.

    `at` is the first option read, after the pages of the `trail`; `letters` are the keys by which
    a list was narrowed; `opened` says that the whole list, or the keying of a number, was chosen.
    """

    at: int = 0
    trail: tuple[int, ...] = ()
    letters: str = ""
    opened: bool = False
    unclear: bool = False

    @classmethod
    def from_json(cls, kept: Mapping[str, Any]) -> View:
        """Read back what `to_json` wrote."""
        return cls(**{**kept, "trail": tuple(kept["trail"])})

    def to_json(self) -> dict[str, Any]:
        """Give a form that the session can keep."""
        return asdict(self)


@dataclass(frozen=True, slots=True)
class Repeat:
    """The caller wants to hear it once more."""


@dataclass(frozen=True, slots=True)
class Helpline:
    """The caller wants to be put through to a helpline before she answers."""

    number: str


@dataclass(frozen=True, slots=True)
class ByLetter:
    """The caller wants to have it by SMS as well."""


Pressed: TypeAlias = Heard | View | Repeat | ByLetter | Helpline
Part: TypeAlias = Words | Playback


@dataclass(frozen=True, slots=True)
class Prompt:
    """What is said, part by part; what each key means; how many keys one answer has.

    `seconds` is how long to wait for the next key. Where `is_spoken`, a recording of so many
    seconds at the `longest` follows, which so many of `silence` end.
    """

    says: tuple[Part, ...]
    keys: Mapping[str, Pressed]
    most_keys: int = _KEYS_OF_ONE
    seconds: int = _SECONDS_FOR_ONE
    is_spoken: bool = False
    longest: int = LONGEST_STORY
    silence: int = _SILENCE_AFTER_A_STORY


def draw(due: Due, view: View, language: Language) -> Prompt:
    """Say what is due."""
    if isinstance(due, Said):
        return _last_words(due)
    prompt = _ask(due.question, view, language)
    notice = (_notice(due.question, view),) if view.unclear else ()
    # Where she stands in a list she has heard what it is about.
    is_within = view.unclear or view.at > 0
    intro = (due.question.intro,) if due.question.intro and not is_within else ()
    return replace(prompt, says=(*notice, *intro, *prompt.says))


def guided(prompt: Prompt) -> Prompt:
    """Say the same with the keys that always work, for who did not press any."""
    return replace(prompt, says=(*prompt.says, _GUIDE))


def read(keys: str, due: Due, view: View, language: Language) -> Pressed:
    """Understand the keys pressed."""
    if keys == EMERGENCY_NUMBER:
        return Danger()
    if isinstance(due, Said):
        return _last_words(due).keys.get(keys, Repeat())
    if BACK in keys:
        return _back(view) if keys == BACK else replace(view, unclear=False)
    found = _ask(due.question, view, language).keys.get(keys)
    return found or (Repeat() if keys == AGAIN else _read_free(keys, due.question, view))


def _read_free(keys: str, question: Question, view: View) -> Pressed:
    if isinstance(question, Number) and (digits := question.accept(keys)) is not None:
        return Meant(digits)
    if isinstance(question, Day) and (day := read_day(keys, question.first, question.last)):
        return Meant(day)
    if isinstance(question, Plate) and FEWEST_KEYS <= len(keys) <= MOST_KEYS and keys.isdigit():
        return Meant(keys)
    if isinstance(question, Choice) and _takes_letters(question, view):
        return View(letters=keys) if _matching(question, keys) else NotUnderstood()
    return NotUnderstood()


def _back(view: View) -> Pressed:
    if view.trail:
        return replace(view, at=view.trail[-1], trail=view.trail[:-1], unclear=False)
    return View() if view.letters or view.opened else Back()


def _last_words(said: Said) -> Prompt:
    if said.last is None:
        return Prompt((said.words,), {}, most_keys=0)
    # A number that she has to dial herself is said twice.
    words = (said.words, said.words) if said.last.dial else (said.words,)
    if said.last.is_secret:
        return Prompt((*words, Text("To hear it again press 1.")), {"1": Repeat()})
    offer = Text("To hear it again press 1. To have it by SMS press 2.")
    return Prompt((*words, offer), {"1": Repeat(), "2": ByLetter()})


def _ask(question: Question, view: View, language: Language) -> Prompt:
    if isinstance(question, Story):
        return _story(question, view)
    if isinstance(question, Number):
        return _number(question, view)
    if isinstance(question, Day):
        return _day(question, view)
    if isinstance(question, Plate):
        return Prompt((question.text, _PLATE), {}, MOST_KEYS, _SECONDS_FOR_MORE)
    if isinstance(question, Choice):
        if _takes_letters(question, view):
            return _letters(question)
        return _choice(question, view, language)
    assert_never(question)


def _story(question: Story, view: View) -> Prompt:
    prompt = _list(question.text, question.instead, view)
    told = Prompt(prompt.says, prompt.keys, _MOST_KEYS_OF_EMERGENCY, seconds=1, is_spoken=True)
    if question.is_brief:
        says = (*prompt.says, Text("Speak after the beep."))
        return replace(told, says=says, longest=LONGEST_NAME, silence=_SILENCE_AFTER_A_NAME)
    how = Text("Speak after the beep. When you have finished, press hash.")
    return replace(told, says=(*prompt.says, how))


def _number(question: Number, view: View) -> Prompt:
    called, how = _keyed_in(question)
    if question.instead and not view.opened:
        prompt = _list_or_keys(question.text, question.instead, called, view)
        return _with_helpline(prompt, question.helpline) if question.helpline else prompt
    says = [how(digits=question.digits) if question.instead else question.text]
    if question.fewest is not None:
        says.append(_THEN_HASH)
    return Prompt(tuple(says), {}, question.digits, _SECONDS_FOR_MORE)


def _with_helpline(prompt: Prompt, number: str) -> Prompt:
    """Offer to be put through, behind all else."""
    key = str(len(prompt.keys) + 1)
    offer = _offer(Text("Talk to {number}")(number=number), key, is_first=False)
    keys = {**prompt.keys, key: Helpline(number)}
    return replace(prompt, says=(*prompt.says, *offer), keys=keys)


def _keyed_in(question: Number) -> tuple[Text, Text]:
    return next(words for name, words in _KEYED_IN.items() if question.name.startswith(name))


def _day(question: Day, view: View) -> Prompt:
    if not view.opened:
        return _list_or_keys(question.text, question.named, _ANOTHER_DAY, view)
    return Prompt((_DAY_AND_MONTH,), {}, _KEYS_OF_A_DAY, _SECONDS_FOR_MORE)


def _list_or_keys(
    text: Words, options: tuple[Option[str], ...], called: Text, view: View
) -> Prompt:
    """Offer a list whose last entry is to key in a number; that key then opens the keying."""
    prompt = _list(text, (*options, Option(_KEYED, called, _KEYED)), view)
    keys = {
        key: View(opened=True) if pressed == Meant(_KEYED) else pressed
        for key, pressed in prompt.keys.items()
    }
    return replace(prompt, keys=keys)


def _takes_letters(question: Choice[Any], view: View) -> bool:
    is_long = len(question.options) > _PAGES_WITHOUT_LETTERS * _size(question)
    return is_long and not view.letters and not view.opened


def _letters(question: Choice[Any]) -> Prompt:
    example = next(each.label for each in question.options if isinstance(each.label, Name))
    how = Text("Press the first three letters of its name on the keys; for {name} {keys}.")
    says: list[Part] = [question.text, Text("To hear the whole list press 1 and hash.")]
    keys: dict[str, Pressed] = {WHOLE_LIST: View(opened=True)}
    if question.otherwise:
        keys[AGAIN] = Meant(question.otherwise.meaning)
        says.append(Text("For {option} press 0 and hash.")(option=question.otherwise.label))
    says.append(how(name=example, keys=keys_of(example)))  # last, for not everybody can spell
    return Prompt(tuple(says), keys, LETTERS_ASKED, _SECONDS_FOR_ONE)


def _choice(question: Choice[Any], view: View, language: Language) -> Prompt:
    options = _matching(question, view.letters) if view.letters else question.options
    # The language that is spoken needs no key.
    options = tuple(each for each in options if each.meaning != language.code)
    prompt = _list(question.text, options, view, _size(question))
    if question.name == "playback":
        prompt = replace(prompt, says=(prompt.says[0], Playback(), *prompt.says[1:]))
    if question.otherwise is None:
        return prompt
    key = {OTHERWISE: Meant(question.otherwise.meaning)}
    says = _offer(question.otherwise.label, OTHERWISE, is_first=False)
    return replace(prompt, says=(*prompt.says, *says), keys={**prompt.keys, **key})


def _list(
    text: Words,
    options: tuple[Option[Any], ...],
    view: View,
    size: int = _ON_A_PAGE,
) -> Prompt:
    shown = options[view.at : view.at + size]
    keys: dict[str, Pressed] = {
        str(key): Meant(option.meaning) for key, option in enumerate(shown, start=1)
    }
    says: list[Part] = [] if view.at or view.letters else [text]
    for key, option in enumerate(shown, start=1):
        says += _offer(option.label, str(key), is_first=key == 1)
    if view.at + size < len(options):
        keys[MORE] = replace(view, at=view.at + size, trail=(*view.trail, view.at), unclear=False)
        says.append(Text("For more press 9."))
    return Prompt(tuple(says), keys)


def _offer(label: Words, key: str, *, is_first: bool) -> tuple[Text, ...]:
    """Offer an option; after the first one it is known that keys are pressed.

    What is a sentence by itself (a case: its date and state) is said before its key, which keeps
    few the clips of which it is made.
    """
    if isinstance(label, Text) and any(isinstance(slot, Text) for _, slot in label.slots):
        return (label, Text("For this one, {key}.")(key=int(key)))
    offer = Text("For {option} press {key}.") if is_first else Text("For {option}, {key}.")
    return (offer(option=label, key=int(key)),)


def _size(question: Choice[Any]) -> int:
    return _ON_A_PAGE - 1 if question.otherwise else _ON_A_PAGE


def _matching(question: Choice[Any], keys: str) -> tuple[Option[Any], ...]:
    return tuple(option for option in question.options if is_keyed(keys, _names(option)))


def _names(option: Option[Any]) -> list[Name]:
    return [each for each in (option.label, *option.also) if isinstance(each, Name)]


def _notice(question: Question, view: View) -> Text:
    if isinstance(question, Choice) and _takes_letters(question, view):
        return Text("No such name.")
    options = () if isinstance(question, Choice) else named_options(question)
    if isinstance(question, Number | Day) and options and not view.opened:
        return Choice.expected
    return question.expected
