"""What is due, in writing: how it is drawn as pages, and how what is typed is read.

The channels that are read and typed (USSD, SMS) share it; they differ in what a page may hold.
A page is filled item by item from where the caller stands (`View.at`) until the budget is full,
so nothing is ever cut: words of the text may run over to the next page, an option and a cluster
of letters never do. Options are numbered from 1 on each page; 8 is the option within reach on
every page, 9 shows more, 0 goes back. Providers keep 98 and 00 to themselves, so we use neither.
An option may be answered by its name as well.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass, replace
from typing import Any, assert_never

from core.alphabet import Budget, clusters, western_digits, without_controls
from core.conversation import (
    EMERGENCY_NUMBER,
    Back,
    Conversation,
    Danger,
    Due,
    Heard,
    Meant,
    NotUnderstood,
    SpeakInstead,
    Talk,
)
from core.days import read_day
from core.dialogue import Ask, Choice, Day, Json, Number, Once, Option, Plate, Question, Said, Story
from core.language import Language, render
from core.plates import read_plate
from core.secret_numbers import without_secret_numbers
from core.spelling import find_by_spelling, is_spelt, sounds_like
from core.text import Name, Text, Words

BACK, MORE, OTHERWISE = "0", "9", "8"
_MORE_TEXT = Text("More")
_BACK_TEXT = Text("Back")
_SEND_NUMBER = Text("Send the number.")
_SPEAK = Option("speak", Text("Speak: we call you"), "speak")
LEFT_OUT = Text("We never keep a whole Aadhaar or card number: it was left out.")
_ONCE_MORE = Text("Again, please:")
_DAY_LOOKS = Text("(such as 2411)")
_PAGES_WITHOUT_LETTERS = 2
_LETTERS_OF_A_STORY = 2  # clusters: घर
_LONGEST_WORD = 20  # clusters; a longer one is broken


@dataclass(frozen=True, slots=True)
class Paper:
    """What is written on: in which language, how much a page holds, whether it `is_letter`.

    A letter says how to reply, and needs no key to leave by. Where `calls` can be made, one is
    offered to whoever would rather speak than write.
    """

    language: Language
    budget: Budget
    is_letter: bool = False
    calls: bool = False


@dataclass(frozen=True, slots=True)
class View:
    """Where the caller stands in what is due: first item shown, pages before, letters typed.

    It is said first that an answer was `unclear`, or what was `left_out` of it.
    """

    at: int = 0
    trail: tuple[int, ...] = ()
    letters: str = ""
    unclear: bool = False
    left_out: bool = False

    @classmethod
    def from_json(cls, kept: Mapping[str, Any]) -> View:
        """Read back what `to_json` wrote."""
        return cls(**{**kept, "trail": tuple(kept["trail"])})

    def to_json(self) -> dict[str, Any]:
        """Give a form that the session can keep."""
        return asdict(self)


@dataclass(frozen=True, slots=True)
class Page:
    """What the phone shows, what each key on it means, and whether it is the last one."""

    text: str
    keys: Mapping[str, Meant | SpeakInstead | View]
    is_last: bool


@dataclass(frozen=True, slots=True)
class _Item:
    """A word of the text, or an option, with what parts it from the item before."""

    text: str
    glue: str
    option: Option[Any] | None = None


@dataclass(frozen=True)
class _Sheet:
    """All items of what is due, and the lines at the foot of each page."""

    items: list[_Item]
    budget: Budget
    notice: str = ""
    otherwise: str = ""
    more: str = ""
    back: str = ""
    most_options: int = 8
    question_at: int = 0

    def page(self, at: int) -> tuple[list[_Item], str, bool]:
        """Fill one page from an item on: the items, its text, whether the rest fits too."""
        rest = self.items[at:]
        if self._fits(rest, more=False):
            return rest, self._write(rest, more=False), True
        most = self._most_items(at)
        shown = 1
        while shown < most and self._fits(rest[: shown + 1], more=True):
            shown += 1
        return rest[:shown], self._write(rest[:shown], more=True), False

    def _most_items(self, at: int) -> int:
        """Count the items up to the question, if it fits on a page with all its options.

        What comes before it then has a page of its own: a question torn from its options is
        taken for the end.
        """
        is_before = at < self.question_at
        if is_before and self._fits(self.items[self.question_at :], more=False):
            return self.question_at - at
        return len(self.items)

    def has_more_pages_than(self, limit: int) -> bool:
        """Say whether the whole needs more pages than that."""
        at = 0
        for _ in range(limit):
            items, _text, is_last = self.page(at)
            if is_last:
                return False
            at += len(items)
        return True

    def _fits(self, items: list[_Item], *, more: bool) -> bool:
        options = sum(item.option is not None for item in items)
        return options <= self.most_options and self.budget.allows(self._write(items, more=more))

    def _write(self, items: list[_Item], *, more: bool) -> str:
        number = 0
        body = self.notice
        for item in items:
            number += item.option is not None
            line = f"{number} {item.text}" if item.option else item.text
            body += (item.glue if body else "") + line
        foot = (self.otherwise, self.more if more else "", self.back)
        return "\n".join(filter(None, (body, *foot)))


def draw(due: Due, view: View, paper: Paper) -> Page:
    """Draw what is due as one page."""
    sheet, at = _sheet(due, view, paper), view.at
    if view.unclear:
        at = at or sheet.question_at  # what comes before it has been read
        sheet = _with_room(sheet, _sheet(due, replace(view, unclear=False), paper), at, paper)
    items, text, is_complete = sheet.page(at)
    keys: dict[str, Meant | SpeakInstead | View] = {}
    options = [item.option for item in items if item.option]
    keys |= {str(key): _meant_by(option) for key, option in enumerate(options, start=1)}
    if isinstance(due, Ask) and (otherwise := _otherwise(due.question)):
        keys[OTHERWISE] = Meant(otherwise.meaning)
    if not is_complete:
        keys[MORE] = replace(view, at=at + len(items), trail=(*view.trail, view.at), unclear=False)
    return Page(text, keys, is_last=isinstance(due, Said) and is_complete)


def _with_room(sheet: _Sheet, plain: _Sheet, at: int, paper: Paper) -> _Sheet:
    """Say that an answer was not understood as briefly as it takes to show all that was there.

    Where even a word is too much, some options go to the next page, but never all of them.
    """
    wanted = _shown(plain, at)
    brief = replace(sheet, notice=render(_ONCE_MORE, paper.language))
    for noticed in (sheet, brief):
        if _shown(noticed, at) >= wanted:
            return noticed
    return sheet if _shown(sheet, at)[0] else plain


def _shown(sheet: _Sheet, at: int) -> tuple[int, bool]:
    """Count the options that a page shows, and say whether it shows the rest of all."""
    items, _text, is_complete = sheet.page(at)
    return sum(item.option is not None for item in items), is_complete


def _meant_by(option: Option[Any]) -> Meant | SpeakInstead:
    return SpeakInstead() if option is _SPEAK else Meant(option.meaning)


def read(typed: str, due: Due, view: View, paper: Paper) -> Heard | View:
    """Understand what was typed at a page: an answer, or a look at another part of it."""
    key = _as_key(typed)
    if key == EMERGENCY_NUMBER:
        return Danger()
    page = draw(due, view, paper)
    key = _key_called(key, page, paper.language)
    if key == BACK:
        return _back(view)
    if found := page.keys.get(key):
        return found
    if isinstance(due, Said):
        return NotUnderstood()
    return _read_free(typed, due, paper)


def answer(
    talk: Talk, conversation: Conversation, typed: str, view: View, paper: Paper
) -> tuple[Due, View]:
    """Take what was typed at a page into the conversation; say what is due, from where on."""
    due = talk.due(conversation)
    heard = read(typed.strip(), due, view, paper)
    if isinstance(heard, View):
        return due, heard
    if isinstance(heard, NotUnderstood) and conversation.asides[-1:] == ["resume"]:
        heard = _read_behind(typed.strip(), talk, conversation, paper)
    due = talk.converse(conversation, heard)
    if isinstance(heard, NotUnderstood) and conversation.misses:
        return due, View(view.at, view.trail, view.letters, unclear=True)
    return due, View(left_out=left_out(heard))


def left_out(heard: Heard) -> bool:
    """Say whether a number was left out of what was told: she is to know why."""
    return (
        isinstance(heard, Meant)
        and isinstance(heard.meaning, dict)
        and bool(heard.meaning.get("left_out"))
    )


def is_a_story(typed: str) -> bool:
    """Say whether something typed tells anything: it has two letters at least."""
    return sum(map(_has_letter, clusters(typed))) >= _LETTERS_OF_A_STORY


def _as_key(typed: str) -> str:
    """Give what was typed as a key: "१.", "(1)", "no. 1" are all 1."""
    plain = western_digits(typed).strip("*# .,:;।()-")
    numbered = re.fullmatch(r"(?:no|number|option|नंबर)\W*(\d)", plain, re.IGNORECASE)
    return numbered[1] if numbered else plain


def _key_called(typed: str, page: Page, language: Language) -> str:
    """Give the key whose word was typed in its place: "More" for 9."""
    words = {_BACK_TEXT: BACK}
    if MORE in page.keys:
        words[_MORE_TEXT] = MORE
    for word, key in words.items():
        if is_spelt(typed, render(word, language)):
            return key
    return typed


def _read_behind(typed: str, talk: Talk, conversation: Conversation, paper: Paper) -> Heard:
    """Understand an answer to the question that we only recalled, and offered to go on with.

    Options were not shown, so only a story, or digits that were asked for, are one: "no" to a draft
    is no "no" to what it asked.
    """
    conversation.asides.remove("resume")
    behind = talk.due(conversation)
    heard: Heard | View = NotUnderstood()
    if isinstance(behind, Ask) and not isinstance(behind.question, Choice):
        heard = _read_free(typed, behind, paper)
    if isinstance(heard, Meant):
        return heard
    conversation.asides.append("resume")
    return NotUnderstood()


def _back(view: View) -> Back | View:
    if view.trail:
        return replace(view, at=view.trail[-1], trail=view.trail[:-1], unclear=False)
    return View() if view.letters else Back()


def _read_free(typed: str, due: Ask, paper: Paper) -> Heard | View:
    question = due.question
    if isinstance(question, Choice):
        return _read_name(typed, due, question, paper)
    if named := _named(typed, named_options(question), paper.language):
        return named
    answer = _answer_of(typed, question)
    return NotUnderstood() if answer is None else Meant(answer)


def _answer_of(typed: str, question: Number | Day | Plate | Story) -> Json | None:
    """Give what was typed as it is kept for a question; None where it is no answer."""
    if isinstance(question, Number):
        return question.read(typed)
    if isinstance(question, Day):
        return read_day(typed, question.first, question.last)
    if isinstance(question, Plate):
        return read_plate(typed)
    if isinstance(question, Story):
        return _told(typed) if is_a_story(typed) else None
    assert_never(question)


def _told(typed: str) -> Json:
    """Keep what was typed, without the numbers that nobody needs to tell us."""
    plain = without_controls(typed)
    kept = without_secret_numbers(plain)
    return {"typed": kept} if kept == plain else {"typed": kept, "left_out": True}


def _has_letter(cluster: str) -> bool:
    return any(map(str.isalpha, cluster))


def _read_name(typed: str, due: Ask, question: Choice[Any], paper: Paper) -> Heard | View:
    if _takes_letters(due, question, paper):
        otherwise = (question.otherwise,) if question.otherwise else ()
        if named := _named(typed, otherwise, paper.language):
            return named
        return View(letters=typed) if _matching(question, typed) else NotUnderstood()
    return _named(typed, question.all_options, paper.language) or NotUnderstood()


def _named(typed: str, options: tuple[Option[Any], ...], language: Language) -> Meant | None:
    """Find the one option that is spelt so, or else the one that sounds so."""
    for matches in (is_spelt, sounds_like):
        found = [
            option
            for option in options
            if any(matches(typed, name) for name in _names(option, language))
        ]
        if found:
            return Meant(found[0].meaning) if len(found) == 1 else None
    return None


def _names(option: Option[Any], language: Language) -> Iterator[str]:
    """Give what an option may be called: its names, or its label whole and piece by piece."""
    yield from _spellings(option)
    if isinstance(option.label, Text):
        for label in (render(option.label, language), option.label.key):
            yield label
            yield from label.split(",")


def takes_first_letters(due: Ask, paper: Paper) -> bool:
    """Say whether what is due is a list so long that the first letters of a name find it."""
    return isinstance(due.question, Choice) and _takes_letters(due, due.question, paper)


def _takes_letters(due: Ask, question: Choice[Any], paper: Paper) -> bool:
    language = paper.language
    # A few options after a long intro are no long list.
    options = _option_items(question.options, language)
    items = [*_text_items(question.text, language), *options]
    sheet = _with_foot(due, _Sheet(items, paper.budget), paper)
    return sheet.has_more_pages_than(_PAGES_WITHOUT_LETTERS)


def _matching(question: Choice[Any], letters: str) -> tuple[Option[Any], ...]:
    return tuple(find_by_spelling(letters, question.options, _spellings))


def _spellings(option: Option[Any]) -> tuple[str, ...]:
    names = [each for each in (option.label, *option.also) if isinstance(each, Name)]
    return tuple(spelling for name in names for spelling in (name.latin, name.devanagari))


def _sheet(due: Due, view: View, paper: Paper) -> _Sheet:
    language = paper.language
    first = _text_items(LEFT_OUT, language) if view.left_out else []
    if isinstance(due, Said):
        sheet = _Sheet([*first, *_words(render(due.words, language), "")], paper.budget)
        return replace(sheet, more=f"{MORE} {render(_MORE_TEXT, language)}")
    question = due.question
    intro = first if view.letters else [*first, *_text_items(question.intro, language)]
    items = [*intro, *_text_items(question.text, language)]
    if isinstance(question, Choice):
        options = _matching(question, view.letters) if view.letters else question.options
        if not view.letters and _takes_letters(due, question, paper):
            items += _words(render(Text("Or type its first letters."), language), "\n")
        elif paper.is_letter:
            items += _words(render(_SEND_NUMBER, language), " ")
        items += _option_items(options, language)
    else:
        if isinstance(question, Day) and not view.unclear:
            items += _words(render(_DAY_LOOKS, language), " ")
        items += _option_items(named_options(question), language)
    if isinstance(question, Story) and paper.calls and not question.is_brief:
        items += _option_items((_SPEAK,), language)
    notice = _notice(due, question, paper) if view.unclear else ""
    sheet = _Sheet(items, paper.budget, notice=notice, question_at=len(intro))
    return _with_foot(due, sheet, paper, is_later=bool(view.trail))


def _notice(due: Ask, question: Question, paper: Paper) -> str:
    if isinstance(question, Choice) and _takes_letters(due, question, paper):
        return render(Text("No such name or number."), paper.language)
    return render(question.expected, paper.language)


def _with_foot(due: Ask, sheet: _Sheet, paper: Paper, *, is_later: bool = False) -> _Sheet:
    """Add what stands at the foot; on a later page of the first question there is a way back."""
    language = paper.language
    otherwise = _otherwise(due.question)
    is_first = not is_later and all(isinstance(asked, Once) for asked in due.passed)
    back = Text("Exit") if is_first else _BACK_TEXT
    has_back = not (is_first and paper.is_letter)
    return replace(
        sheet,
        otherwise=f"{OTHERWISE} {render(otherwise.label, language)}" if otherwise else "",
        more=f"{MORE} {render(_MORE_TEXT, language)}",
        back=f"{BACK} {render(back, language)}" if has_back else "",
        most_options=7 if otherwise else 8,
    )


def named_options(question: Number | Day | Plate | Story) -> tuple[Option[Any], ...]:
    """Give what may be chosen in place of an answer in digits or words."""
    if isinstance(question, Day):
        return question.named
    return () if isinstance(question, Plate) else question.instead


def _otherwise(question: Question) -> Option[Any] | None:
    return question.otherwise if isinstance(question, Choice) else None


def _text_items(words: Words | None, language: Language) -> list[_Item]:
    return list(_words(render(words, language), "\n")) if words else []


def _option_items(options: tuple[Option[Any], ...], language: Language) -> list[_Item]:
    return [_Item(render(option.label, language), "\n", option) for option in options]


def _words(text: str, first_glue: str) -> Iterator[_Item]:
    """Split a text where a page may end: between words, in a very long one by clusters."""
    glue = first_glue
    for word in text.split(" "):
        letters = clusters(word)
        for start in range(0, len(letters) or 1, _LONGEST_WORD):
            yield _Item("".join(letters[start : start + _LONGEST_WORD]), glue)
            glue = ""
        glue = " "
