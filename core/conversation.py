"""One turn of a conversation: hear an answer, keep it, say what comes next."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import TypeAlias

from core.dialogue import (
    FORGOTTEN,
    Ask,
    Asked,
    Choice,
    Do,
    Json,
    Last,
    Number,
    Once,
    Question,
    Said,
    Script,
    Story,
    Turn,
    option,
    play,
)
from core.text import Name, Text

EMERGENCY_NUMBER = "112"
MISSES_BEFORE_HELP = 3
# The name of the look whether a conversation has registered. It is taken anew at each contact:
# the answer that told the number may have been lost after the work was done.
REGISTERED_BEFORE = "registered_before"

_EMERGENCY = Text("In danger? Dial 112 now.")
_EMERGENCY_KEPT = Text("In danger? Dial 112 now. What you told us is kept.")
YES = Name("haan", "हां")
_GOODBYE = Text("Thank you. In danger dial 112.")
_RESUME = (option("go_on", Text("Go on"), YES), option("anew", Text("Start anew")))
_PLAYBACK = (option("keep", Text("Keep it")), option("again", Text("Say it again")))
_WE_CALL = Text("We call you in a moment. Pick up and speak.")
_PLEASE_CALL = Text("We cannot call you now. Please call {helpline} and speak.")
_HELP = (option("go_on", Text("Try again")),)


@dataclass
class Conversation:
    """What is kept of a conversation: answers by question name, in the order given.

    `misses` counts answers in a row that were not understood, `told` the questions answered
    (those in passing apart), and the one to which the police await an answer. `asides` are the
    questions we ask on our own account ("resume", "help", "playback") before the script's, the
    last one first.
    """

    id: str
    answers: dict[str, Json] = field(default_factory=dict)
    told: int = 0
    misses: int = 0
    asides: list[str] = field(default_factory=list)
    over: bool = False

    @property
    def is_unheard(self) -> bool:
        """Whether a story was spoken that nobody could play back, nor has said to keep."""
        stories = (each for each in self.answers.values() if isinstance(each, dict))
        return "playback" in self.asides and any("unheard" in each for each in stories)

    @property
    def is_worth_resuming(self) -> bool:
        """Whether something was told, and nothing came of it yet."""
        return self.told > 0 and not self.over


@dataclass(frozen=True, slots=True)
class Meant:
    """The caller answered, with this meaning."""

    meaning: Json


@dataclass(frozen=True, slots=True)
class Back:
    """The caller wants to go one step back."""


@dataclass(frozen=True, slots=True)
class NotUnderstood:
    """The caller said something that is no answer to the question."""


@dataclass(frozen=True, slots=True)
class Danger:
    """The caller asked for the emergency number."""


@dataclass(frozen=True, slots=True)
class SpeakInstead:
    """The caller would rather be called and speak than write."""


Heard: TypeAlias = Meant | Back | NotUnderstood | Danger | SpeakInstead
Due: TypeAlias = Ask | Said


@dataclass(frozen=True)
class Talk:
    """A script with what its conversations share: the helpline, the id of a new beginning.

    `call_back` has the caller called, and says whether that could be done; None where nobody is.
    """

    script: Script
    helpline: str
    fresh_id: str
    call_back: Callable[[], bool] | None = None

    def due(self, conversation: Conversation) -> Due:
        """Do the work that is due, and say what the caller is to hear now."""
        turn = play(self.script, conversation.answers)
        while isinstance(turn, Do) and not _is_held(turn, conversation):
            conversation.answers[turn.once.name] = turn.once.work()
            _forget_secrets(conversation, turn.passed)
            turn = play(self.script, conversation.answers)
        conversation.told = _count_told(turn)
        conversation.over = isinstance(turn, Said)
        if isinstance(turn, Do):
            return self._aside(conversation, _questions(turn)[-1])
        if isinstance(turn, Ask) and conversation.asides:
            return self._aside(conversation, turn.question)
        return turn

    def hang_up(self, conversation: Conversation) -> Last | None:
        """Do what waits for what was spoken last: whoever was heard and hung up has meant it.

        Give the last words that she did not hear.
        """
        turn = play(self.script, conversation.answers)
        held = isinstance(turn, Do) and _is_held(turn, conversation)
        if not held or conversation.is_unheard:
            return None
        conversation.asides.clear()
        due = self.due(conversation)
        return due.last if isinstance(due, Said) else None

    def converse(self, conversation: Conversation, heard: Heard) -> Due:
        """Hear what the caller answered to what was due, and say what comes next."""
        due = self.due(conversation)
        if isinstance(heard, Danger):
            return Said(_EMERGENCY_KEPT if conversation.told else _EMERGENCY, due.passed)
        if isinstance(due, Said):
            return due
        if isinstance(heard, SpeakInstead):
            return self._call(due)
        if isinstance(heard, Back):
            return self._back(conversation, due)
        if isinstance(heard, NotUnderstood):
            _count_miss(conversation)
        else:
            self._keep(conversation, due.question, heard.meaning)
        return self.due(conversation)

    def _call(self, due: Ask) -> Due:
        is_called = self.call_back is not None and self.call_back()
        words = _WE_CALL if is_called else _PLEASE_CALL(helpline=self.helpline)
        return Said(words, due.passed)

    def _keep(self, conversation: Conversation, question: Question, meaning: Json) -> None:
        conversation.misses = 0
        if not conversation.asides:
            conversation.answers[question.name] = meaning
            is_story = isinstance(question, Story) and not question.is_brief
            if is_story and "recorded" in meaning:
                conversation.asides.append("playback")
            return
        conversation.asides.pop()
        if meaning == "anew":
            conversation.id = self.fresh_id
            conversation.answers.clear()
            conversation.asides.clear()
        elif meaning == "again":
            self._back(conversation, play(self.script, conversation.answers))

    def _back(self, conversation: Conversation, turn: Turn) -> Due:
        if conversation.asides[-1:] == ["playback"]:
            conversation.asides.pop()
            # The work that waits behind it is not to be done.
            turn = play(self.script, conversation.answers)
        questions = _questions(turn)
        if not questions:
            return Said(_GOODBYE, turn.passed)
        start = turn.passed.index(questions[-1])
        for asked in turn.passed[start:]:
            del conversation.answers[asked.name]
        conversation.misses = 0
        return self.due(conversation)

    def _aside(self, conversation: Conversation, question: Question) -> Ask:
        return Ask(self.aside(conversation.asides[-1], question), passed=())

    def aside(self, kind: str, question: Question) -> Choice[str]:
        """Give the question we ask before the script's, which is due."""
        if kind == "resume":
            return Choice("resume", question.text, _RESUME, intro=Text("You stopped at:"))
        if kind == "playback":
            return Choice("playback", Text("Is this what you wish to say?"), _PLAYBACK)
        offer = Text("Help: call {helpline}. In danger: 112.")(helpline=self.helpline)
        return Choice("help", offer, _HELP)


def _questions(turn: Turn) -> list[Question]:
    return [asked for asked in turn.passed if not isinstance(asked, Once)]


def _forget_secrets(conversation: Conversation, passed: Sequence[Asked]) -> None:
    """Forget the PIN that was told for the work just done: its result is kept."""
    for asked in passed:
        is_secret = isinstance(asked, Number) and asked.is_secret
        if is_secret and str(conversation.answers[asked.name]).isdecimal():
            conversation.answers[asked.name] = FORGOTTEN


def _count_told(turn: Turn) -> int:
    due = turn.question if isinstance(turn, Ask) else None
    is_awaited = isinstance(due, Story) and due.is_awaited
    return is_awaited + sum(not question.passing for question in _questions(turn))


def _is_held(turn: Do, conversation: Conversation) -> bool:
    """Say whether work waits until she has said to keep what she has spoken."""
    is_next = bool(turn.passed) and isinstance(turn.passed[-1], Story)
    return is_next and "playback" in conversation.asides


def _count_miss(conversation: Conversation) -> None:
    conversation.misses += 1
    if conversation.misses >= MISSES_BEFORE_HELP:
        conversation.misses = 0
        conversation.asides.append("help")
