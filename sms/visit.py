"""One SMS of one citizen: a command, or an answer to what we asked; and what we say to it."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, field, replace
from functools import partial
from typing import Any, ClassVar

from core.alphabet import western_digits
from core.conversation import (
    REGISTERED_BEFORE,
    Conversation,
    Due,
    Meant,
    NotUnderstood,
    Talk,
)
from core.dialogue import Ask, Choice, Json, Number, Said, StandIn, Story
from core.duty_officer import Contact, DutyOfficer, Office
from core.inbox import Message
from core.language import Language, render
from core.letters import GO_ON
from core.outbox import Draft
from core.pages import Paper, View, answer, is_a_story, read, takes_first_letters
from core.reference import LENGTH
from core.replies import Asking
from core.scripts.main_menu import main_menu, path_to
from core.scripts.send_application import is_told_by_letter
from core.sealing import Seal
from core.secret_numbers import is_masked
from core.services import SERVICES
from core.sessions import Session
from core.spelling import is_spelt
from core.text import Name, Text
from sms.commands import CARRIER_WORDS, Amid, Command, Wanted, read_command
from sms.doubt import MOST_LETTERS, SOMETHING_ELSE, Doubt
from sms.message import PAGE, list_stations, paper, write
from sms.thread import Thread

HELP_EVERY_SECONDS = 3600
_WORDS_OF_A_SENTENCE = 3
_FIRST_OF_ALL = Text("In danger? Dial 112 first.")


@dataclass(frozen=True)
class Answer:
    """What we say: a letter, or words of our own with the letter that stands in for them.

    `wants_letters` is set where the phone has just ended its letters, or begun them again.
    """

    letter: str
    variables: Mapping[str, str] = field(default_factory=dict)
    words: str | None = None
    wants_letters: bool | None = None

    @classmethod
    def from_json(cls, kept: Mapping[str, Any] | None) -> Answer | None:
        """Read back what was kept of an answer, if there was one."""
        return cls(**kept) if kept else None

    def draft(self, seal: Seal) -> Draft:
        """Give it a form that the outbox takes."""
        words = seal.close(self.words) if self.words is not None else None
        return Draft(self.letter, self.variables, words)


class Visit:
    """A citizen with a session, at the moment an SMS came from her."""

    CHANNEL: ClassVar[str] = "sms"

    def __init__(  # noqa: PLR0913  # who writes, what, and with what we answer
        self,
        office: Office,
        seal: Seal,
        session: Session,
        message: Message,
        phone: str,
        carries_words: bool,  # noqa: FBT001
    ) -> None:
        self._office = office
        self._session = session
        self._message = message
        self._carries_words = carries_words
        self._thread = Thread.from_json(session.lines.get(self.CHANNEL))
        self._is_masked = False
        offered = office.languages.offered(unicode=True)
        languages = [(each.code, each.name) for each in offered]
        contact = Contact(phone, self.CHANNEL, languages, stays_on_phone=True)
        self._officer = DutyOfficer(office, contact, session)
        self._talk = Talk(
            script=partial(main_menu, self._officer),
            helpline=office.helpline,
            call_back=self._officer.calls_back,
            fresh_id=seal.fingerprint("conversation", "sms", phone, str(message.id)),
        )

    @staticmethod
    def language(office: Office, chosen: str | None, text: str) -> Language:
        """Give the language a phone has chosen, or else one in the script that it writes.

        A word that carriers act on is written as they tell it, and says nothing of that.
        """
        if chosen:
            return office.languages.get(chosen)
        command = read_command(text)
        is_told = command is not None and command.wanted in CARRIER_WORDS
        is_latin = any(map(str.isalpha, text)) and text.isascii() and not is_told
        return office.languages.offered(unicode=not is_latin)[0]

    @property
    def was_heard(self) -> bool:
        """Whether this very message was heard before."""
        return str(self._message.id) in self._thread.answers

    @property
    def answer_before(self) -> Answer | None:
        """Give what was said to this message when it was heard before."""
        return Answer.from_json(self._thread.answers[str(self._message.id)])

    @property
    def is_awaited(self) -> bool:
        """Whether an answer of this phone is awaited."""
        return self._awaited() is not None

    def hear(self, text: str) -> Answer | None:
        """Understand an SMS, note the exchange in the session, and give the answer, if any."""
        self._is_masked = is_masked(text)  # since it came in: she is to know why
        awaited = self._awaited()
        command = read_command(text, amid=self._manner(awaited))
        if command and not self._is_other_than(command, text, awaited):
            said: Answer | None = self._obey(command)
        elif language := self._language_called(text, awaited):
            said = self._begin({"wish_1": "language", "tongue_1": language}, straight=True)
        elif self._message.id < self._thread.newest:
            said = None  # others have overtaken it: what it answered is no longer asked
        else:
            said = self._hear_words(text, awaited)
        thread = self._thread.heard(self._message.id, asdict(said) if said else None)
        self._session.lines[self.CHANNEL] = thread.to_json()
        return said

    def _language_called(self, text: str, awaited: Ask | None) -> str | None:
        """Give the language that was called by its name at the menu, or while nothing is asked."""
        if awaited and not awaited.question.name.startswith("wish_"):
            return None
        names = {code: name for code, name in self._officer.languages if isinstance(name, Name)}
        called = (
            code
            for code, name in names.items()
            if is_spelt(text, name.latin) or is_spelt(text, name.devanagari)
        )
        return next(called, None)

    def _is_other_than(self, command: Command, text: str, awaited: Ask | None) -> bool:
        """Say whether the word for a service is her choice from our list, or answers a letter."""
        if command.wanted is not Wanted.SERVICE:
            return False
        is_beside = awaited is None or self._is_beside(text, awaited)
        if self._answered_by(text, since=0 if is_beside else self._thread.asked_at):
            return True
        return awaited is not None and self._is_chosen(text, awaited)

    def _is_chosen(self, text: str, awaited: Ask) -> bool:
        heard = read(text.strip(), awaited, self._thread.view, self._paper)
        return isinstance(awaited.question, Choice) and isinstance(heard, Meant)

    def _manner(self, awaited: Ask | None) -> Amid:
        """Say amid what an SMS comes, which decides what is read as a command."""
        if awaited and isinstance(awaited.question, Story):
            return Amid.STORY
        if awaited and isinstance(awaited.question, Number) and not awaited.question.passing:
            return Amid.NUMBER
        takes_letters = awaited and takes_first_letters(awaited, self._paper)
        return Amid.LIST if takes_letters else Amid.NOTHING

    @property
    def _conversation(self) -> Conversation:
        return self._session.conversation

    @property
    def _paper(self) -> Paper:
        language = self._office.languages.get(self._session.language)
        # A call to an informant would be noted with her number.
        calls = self._talk.call_back is not None and not self._session.is_secret
        return paper(language, calls=calls)

    def _awaited(self) -> Ask | None:
        """Give the question that we asked by SMS, if it is still the one that is due."""
        if not self._thread.asked or self._thread.conversation != self._conversation.id:
            return None
        due = self._talk.due(self._conversation)
        is_asked = isinstance(due, Ask) and due.question.name == self._thread.asked
        return due if isinstance(due, Ask) and is_asked else None

    def _hear_answer(self, text: str, view: View) -> tuple[Due, View]:
        return answer(self._talk, self._conversation, text, view, self._paper)

    def _hear_words(self, text: str, awaited: Ask | None) -> Answer | None:
        """Take what is no command: as what an SMS in doubt is, or else as an answer of its own."""
        doubt, self._thread = self._thread.doubt, replace(self._thread, doubt=None)
        meant = read(text.strip(), doubt.question, View(), self._paper) if doubt else None
        if doubt and isinstance(meant, Meant):
            return self._settle(doubt.text, meant.meaning, awaited)
        if awaited:
            return self._hear_awaited(text, awaited)
        return self._hear_unasked(text) or self._greet(text)

    def _hear_awaited(self, text: str, awaited: Ask) -> Answer | None:
        """Take an SMS as the answer to what we asked, or to a letter that she got after that.

        What may be an answer to either is neither yet: a complaint would be sent or discarded, or
        a case rated, that she did not mean.
        """
        references = self._answered_by(text, since=self._thread.asked_at)
        if not references:
            if self._is_beside(text, awaited):
                return self._hear_unasked(text) or self._greet(text)
            return self._say(*self._hear_answer(text, self._thread.view))
        newest, about = references[0], _stand_in(awaited)
        is_about_it = about is not None and about.reference == newest
        if is_about_it or not self._is_answer(text, awaited):
            return self._answer_letter(newest, text)
        return self._ask_which(Doubt(text, tuple(references[:MOST_LETTERS])))

    def _is_beside(self, text: str, awaited: Ask) -> bool:
        """Say whether an SMS leaves alone what she may do about a case whose status she has got."""
        is_open = awaited.question.passing and _stand_in(awaited) is not None
        return is_open and is_a_story(text) and not self._is_answer(text, awaited)

    def _is_answer(self, text: str, awaited: Ask) -> bool:
        """Say whether an SMS may answer what we asked, or what stands behind our own question."""
        heard = read(text.strip(), awaited, self._thread.view, self._paper)
        is_behind = awaited.question.name == "resume" and is_a_story(text)
        return is_behind or not isinstance(heard, NotUnderstood)

    def _ask_which(self, doubt: Doubt) -> Answer:
        self._thread = replace(self._thread, doubt=doubt)
        return Answer(GO_ON, words=write(doubt.question, View(), self._paper))

    def _settle(self, text: str, meaning: Json, awaited: Ask | None) -> Answer | None:
        """Take the SMS that was in doubt as what she says that it is."""
        self._is_masked = is_masked(text)
        if meaning in self._answered_by(text):
            return self._answer_letter(meaning, text)
        if meaning == SOMETHING_ELSE and awaited:
            return self._say(*self._hear_answer(text, self._thread.view))
        return self._greet(text)

    def _obey(self, command: Command) -> Answer | None:
        acts: dict[Wanted, Callable[[], Answer | None]] = {
            Wanted.STOP: lambda: Answer("letters_off", wants_letters=False),
            Wanted.START: lambda: Answer("letters_on", wants_letters=True),
            Wanted.DANGER: lambda: Answer("danger"),
            Wanted.HELP: self._help,
            Wanted.MENU: lambda: self._begin({}),
            Wanted.STATIONS: lambda: self._stations(command.number),
            Wanted.CANCEL: self._cancel,
            Wanted.STATUS: lambda: self._status(command.number),
            Wanted.COMPLAINT: lambda: self._complaint(command),
            Wanted.SERVICE: lambda: self._service(command),
        }
        return acts[command.wanted]()

    def _help(self) -> Answer:
        self._thread = replace(self._thread, helped_at=time.time())
        return Answer("help")

    def _hear_unasked(self, text: str) -> Answer | None:
        """Take an SMS as the answer to what a letter has asked; None where it is none.

        What was asked last comes first: "1" is no answer to a question that wants words.
        """
        references = self._answered_by(text)
        return self._answer_letter(references[0], text) if references else None

    def _answered_by(self, text: str, *, since: float = 0) -> list[str]:
        """List the cases whose letters an SMS may answer, of those that she got since a moment."""
        asking = self._officer.asking()
        told = (each for each in asking if not since or _is_told_since(since, each))
        return [each.reference for each in told if self._may_answer(text, each.reference)]

    def _may_answer(self, text: str, reference: str) -> bool:
        known = {REGISTERED_BEFORE: None, **_about(reference)}
        due = self._talk.due(Conversation(self._talk.fresh_id, known))
        return isinstance(due, Ask) and isinstance(read(text, due, View(), self._paper), Meant)

    def _answer_letter(self, reference: str, text: str) -> Answer | None:
        self._session.begin(self._talk.fresh_id, straight=True)
        self._conversation.answers.update(_about(reference))
        return self._say(*self._hear_answer(text, View()))

    def _greet(self, text: str) -> Answer | None:
        """Answer what we do not understand: with the draft that is left, or help now and then.

        Whoever writes a whole sentence after that may be in danger.
        """
        if self._conversation.is_worth_resuming or self._session.draft:
            return self._begin({})
        pin = western_digits(text).strip()
        if pin in self._office.directory.pins:
            return self._stations(pin)
        moment = time.time()
        if moment - self._thread.helped_at >= HELP_EVERY_SECONDS:
            return self._help()
        is_sentence = len(text.split()) >= _WORDS_OF_A_SENTENCE
        if is_sentence and moment - self._thread.warned_at >= HELP_EVERY_SECONDS:
            self._thread = replace(self._thread, warned_at=moment)
            return Answer("danger")
        return None

    def _stations(self, pin: str) -> Answer:
        language = self._paper.language
        if not pin:
            words = render(Text("Write THANA and the 6 digits of your PIN."), language)
        else:
            words = list_stations(self._office.directory, pin, language)
        return Answer(GO_ON, words=words)

    def _cancel(self) -> Answer:
        drafts = [each for each in (self._conversation, self._session.draft) if each]
        had_draft = any(self._is_begun(each) for each in drafts)
        self._session.conversation = Conversation(self._talk.fresh_id)
        self._session.draft = None
        self._thread = replace(self._thread, asked="", view=View(), doubt=None)
        return Answer("draft_removed" if had_draft else "no_draft")

    def _is_begun(self, conversation: Conversation) -> bool:
        """Say whether something was told that came to nothing; a question of the police is none."""
        due = self._talk.due(replace(conversation, asides=[]))
        asked = due.question if isinstance(due, Ask) else None
        is_awaited = isinstance(asked, Story) and asked.is_awaited
        return conversation.is_worth_resuming and conversation.told > is_awaited

    def _status(self, number: str) -> Answer | None:
        known = {"wish_1": "status", **({"reference_1": number} if number else {})}
        is_short = bool(number) and len(number) != LENGTH
        return self._begin(known, straight=True, view=View(unclear=is_short))

    def _complaint(self, command: Command) -> Answer | None:
        """Begin a complaint with what was told along; one with a PIN and a story is ready to go."""
        told: dict[str, Json] = {"wish_1": "complaint"}
        if command.number:
            told["pin"] = command.number
        has_story = is_a_story(command.words)
        if has_story:
            told["story"] = {"typed": command.words}
        if command.number and has_story:
            told |= {"kind": "other", "station": "not_listed"}
        said = self._begin(told, straight=len(told) > 1)
        return self._danger_first(said) if "station" in told else said

    def _service(self, command: Command) -> Answer | None:
        """Begin a service by its word; who has written more than that may be in danger."""
        said = self._begin(path_to(SERVICES[command.service]), straight=True)
        return self._danger_first(said) if command.in_words else said

    def _danger_first(self, said: Answer | None) -> Answer | None:
        """Say first what to dial in danger, if that fits."""
        if said is None or said.words is None:
            return said
        words = f"{render(_FIRST_OF_ALL, self._paper.language)}\n{said.words}"
        return replace(said, words=words) if PAGE.allows(words) else said

    def _begin(
        self, told: Mapping[str, Json], *, straight: bool = False, view: View | None = None
    ) -> Answer | None:
        """Begin a conversation with what was told already, or offer to go on with a draft."""
        self._session.begin(self._talk.fresh_id, straight=straight)
        if not self._conversation.asides:
            self._conversation.answers.update(told)
        return self._say(self._talk.due(self._conversation), view or View())

    def _say(self, due: Due, view: View) -> Answer | None:
        """Say what is due, and remember the question if it is asked."""
        view = replace(view, left_out=view.left_out or self._is_masked)
        name = due.question.name if isinstance(due, Ask) else ""
        asked = name if self._carries_words else ""
        self._thread = replace(
            self._thread,
            asked=asked,
            asked_at=time.time(),
            conversation=self._conversation.id,
            view=view,
            doubt=None,
        )
        words = write(due, view, self._paper) if self._carries_words else None
        if isinstance(due, Said) and due.last:
            if not due.last.is_secret and is_told_by_letter(self._conversation.answers):
                return None  # its letter was posted when it was registered
            return Answer(due.last.letter, due.last.variables, words)
        if stand_in := _stand_in(due):
            return Answer(stand_in.letter, stand_in.variables, words)
        return Answer(GO_ON, words=words)


def _stand_in(due: Due) -> StandIn | None:
    if isinstance(due, Ask) and isinstance(due.question, Choice | Story):
        return due.question.stand_in
    return None


def _about(reference: str) -> dict[str, Json]:
    """Give what leads straight to what the police ask about a case."""
    return {"wish_1": "status", "reference_1": reference}


def _is_told_since(since: float, asking: Asking) -> bool:
    return asking.told_at is not None and asking.told_at.timestamp() > since
