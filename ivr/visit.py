"""One step of one call: what the caller did, and what she hears next."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import partial

from audio.speech import Speech
from core.calls import Call
from core.conversation import (
    EMERGENCY_NUMBER,
    Back,
    Conversation,
    Danger,
    Due,
    Heard,
    Meant,
    NotUnderstood,
    Talk,
)
from core.dialogue import Ask, Last, Number, Said, Script, Story
from core.duty_officer import Contact, DutyOfficer, Office
from core.language import Language
from core.letters import GO_ON
from core.outbox import Draft
from core.scripts.helplines import dial
from core.scripts.main_menu import main_menu
from core.scripts.send_application import is_told_by_letter, is_wanted_silent
from core.sealing import Seal
from core.services import KINDS
from core.sessions import Session
from core.text import Text, Words
from ivr.gateway import Connect, Gateway, Keys, Piece, Play, Reply, Stepped, Voice
from ivr.line import Line
from ivr.prompt import (
    ByLetter,
    Helpline,
    Playback,
    Pressed,
    Prompt,
    Repeat,
    View,
    draw,
    guided,
    read,
)
from ivr.voice import Voices, said_in_turn, slowly

CHANNEL = "ivr"
_MOST_SILENCES = 3
_SECONDS_FOR_112 = 4.0
_URGENT_KEYS = ["1", "1", "2"]

GREETING = Text("Pukar, Bihar Police. In danger press 112.")
ASKED_FOR = Text("You asked to be called.")
IS_IT_URGENT = Text("We put you through to 112. If you do not want that, press star.")
PUT_THROUGH = Text("We put you through to {number}.")
NOT_CONNECTED = Text("{number} did not answer. Please hang up and dial {number} yourself.")
NOT_HEARD = Text("We hear nothing. What you told us is kept. Please call again.")
NOTHING_HEARD = Text("We hear nothing. Please call again.")
SMS_COMES = Text("The SMS is on its way. Thank you.")
THANKS = Text("Thank you. In danger dial 112.")


def _may_be_112(due: Due) -> bool:
    """Say whether 112 may be what was asked for: how many people, the number of an FIR."""
    question = due.question if isinstance(due, Ask) else None
    return isinstance(question, Number) and question.accept(EMERGENCY_NUMBER) is not None


@dataclass(frozen=True)
class Desk:
    """What every visit works with; `dials` says how helplines are reached from our line."""

    office: Office
    voices: Voices
    seal: Seal
    dials: Mapping[str, str]


def recording_of(desk: Desk, gateway: Gateway, call: str, step: int) -> str:
    """Name the recording that is made at a step of a call."""
    return desk.seal.fingerprint("recording", gateway.name, call, str(step))


@dataclass
class Visit:
    """A caller with a session, at one step of a call.

    `script` is what the call plays where it has a purpose of its own. `letters` are to be sent
    once the step is kept.
    """

    desk: Desk
    gateway: Gateway
    session: Session
    phone: str
    line: Line
    script: Script | None = None
    letters: list[Draft] = field(default_factory=list)

    def __post_init__(self) -> None:
        """Take up the script that this call plays."""
        office = self.desk.office
        contact = Contact(self.phone, CHANNEL, office.languages.menu_of_voices)
        officer = DutyOfficer(office, contact, self.session)
        self._talk = Talk(
            script=self.script or partial(main_menu, officer),
            helpline=office.helpline,
            fresh_id=self.desk.seal.fingerprint(
                "conversation", self.gateway.name, self.phone, self.line.call
            ),
        )

    def note(self, reply: Reply) -> None:
        """Note what is sent to the provider."""
        self.line = replace(self.line, document=self.gateway.write(reply))

    # --- Steps

    def begin(self, ours: Call | None, *, is_rebuilt: bool = False) -> Reply:
        """Take up a call: offer what was left, or go on where she asked to be called.

        One whose record was lost on the way looks whether it has registered already.
        """
        opening = (GREETING, ASKED_FOR) if ours and ours.purpose != "letter" else (GREETING,)
        self.session.begin(self._talk.fresh_id, straight=is_rebuilt or self.script is not None)
        if ours and ours.purpose == "story":
            self._conversation.asides.clear()
        return self._ask(self._talk.due(self._conversation), opening=opening)

    def hear(self, step: Stepped) -> Reply:
        """Take what she did at the last document into the conversation."""
        if step.dialled:
            return self._take_back(is_done=step.dialled == "connected")
        due = self._take_up()
        if step.has_spoken:
            return self._hear_story(step, due)
        if self.line.is_urgent:
            return self._settle_urgency(step, due)
        return self._hear_keys(step.keys, due) if step.keys else self._bear_silence()

    def _hear_keys(self, keys: str, due: Due) -> Reply:
        self.line = replace(self.line.with_key(keys, time.time()), silences=0)
        if keys != EMERGENCY_NUMBER and not self._is_as_heard(due):
            return self._ask(due)  # answered on another channel meanwhile
        if isinstance(due, Ask) and self._may_mean_112():
            return self._ask_whether_urgent()
        return self._obey(read(keys, due, self.line.view, self._language), due)

    def keep_story(self, recording: str) -> bool:
        """Keep what was spoken in a call before, if the story is still to be told."""
        for conversation in filter(None, (self._conversation, self.session.draft)):
            due = self._talk.due(replace(conversation, asides=[]))
            if isinstance(due, Ask) and isinstance(due.question, Story):
                conversation.answers[due.question.name] = {"recorded": recording}
                self._talk.due(conversation)
                return True
        return False

    def hang_up(self) -> bool:
        """Take up what was spoken last in this call; say whether anything came of it."""
        if self._conversation.id != self.line.conversation:
            return False  # she has gone on with something else elsewhere
        last = self._talk.hang_up(self._conversation)
        if last and not last.is_secret:
            self.letters.append(Draft(last.letter, last.variables))
        return last is not None

    def forget(self) -> bool:
        """Keep nothing of an informant whose call has come to its end; say whether it was one."""
        if not (self.session.is_secret and self._conversation.over):
            return False
        self.session.conversation = Conversation("")
        self.line = Line()
        return True

    def _take_up(self) -> Due:
        """Find the conversation of this call, whatever the phone did meanwhile elsewhere."""
        session = self.session
        if session.draft and session.draft.id == self.line.conversation:
            session.conversation, session.draft = session.draft, session.conversation
        if self.line.question not in session.conversation.asides:
            session.conversation.asides.clear()
        return self._talk.due(session.conversation)

    def _is_as_heard(self, due: Due) -> bool:
        question = due.question.name if isinstance(due, Ask) else None
        return (self._conversation.id, question) == (self.line.conversation, self.line.question)

    def _hear_story(self, step: Stepped, due: Due) -> Reply:
        self.line = replace(self.line, silences=0, playback=step.address)
        if not (isinstance(due, Ask) and isinstance(due.question, Story)):
            return self._ask(due)  # it was told otherwise meanwhile
        # Without an address nobody knows yet whether she has spoken at all.
        unheard = {} if step.address else {"unheard": True}
        heard = Meant({"recorded": self.line.recording, **unheard})
        is_doubtful = due.question.is_brief and not step.address
        due = self._talk.converse(self._conversation, heard)
        if is_doubtful:  # a name is played back only where it may be silence
            self._conversation.asides.append("playback")
            due = self._talk.due(self._conversation)
        return self._ask(due)

    def _obey(self, pressed: Pressed, due: Due) -> Reply:
        if isinstance(pressed, View | Repeat):
            again = replace(self.line.view, unclear=False)
            return self._ask(due, pressed if isinstance(pressed, View) else again)
        if isinstance(pressed, ByLetter):
            return self._send_letter(due)
        if isinstance(pressed, Helpline):
            return self._call_helpline(pressed.number)
        if isinstance(pressed, Danger):
            return self._ask_whether_urgent() if _may_be_112(due) else self._put_through()
        due = self._answer(pressed)
        if isinstance(pressed, NotUnderstood) and self._conversation.misses:
            return self._ask(due, replace(self.line.view, unclear=True))
        return self._ask(due)

    def _answer(self, heard: Heard) -> Due:
        """Take an answer on; there is no way back behind a question of our own."""
        asides = self._conversation.asides
        if isinstance(heard, Back) and asides[-1:] in (["help"], ["resume"]):
            asides[-1:] = [each for each in asides[-1:] if each == "resume"]
            return self._talk.due(self._conversation)
        return self._talk.converse(self._conversation, heard)

    def _send_letter(self, due: Due) -> Reply:
        """Send what was said; a case just registered has sent its letter by itself."""
        last: Last | None = due.last if isinstance(due, Said) else None
        if last and not is_told_by_letter(self._conversation.answers):
            self.letters.append(Draft(last.letter, last.variables))
        return self._end(SMS_COMES)

    # --- Silence

    def _bear_silence(self) -> Reply:
        """Say it again; then slowly, with help; then say goodbye, and how to go on.

        An SMS says so as well, unless it would tell others who hold the phone of what she told us.
        """
        due = self._talk.due(self._conversation)
        if isinstance(due, Said):
            return self._end(THANKS)
        was_said_again = self.gateway.repeats_itself and not self.line.recording
        silences = _MOST_SILENCES if was_said_again else self.line.silences + 1
        self.line = replace(self.line, silences=silences)
        if silences < _MOST_SILENCES:
            return self._ask(due, replace(self.line.view, unclear=False))
        if not self._conversation.is_worth_resuming:
            return self._end(NOTHING_HEARD)
        if not self._tells_a_tale():
            self.letters.append(Draft(GO_ON))
        return self._end(NOT_HEARD)

    def _tells_a_tale(self) -> bool:
        """Say whether no SMS may be left on her phone, which others hold as well."""
        answers = self._conversation.answers
        kind = KINDS.get(answers.get("kind", ""))
        is_sensitive = kind is not None and kind.is_sensitive
        return self.session.is_secret or is_sensitive or is_wanted_silent(answers)

    # --- Danger

    def _may_mean_112(self) -> bool:
        """Say whether 1, 1, 2 were pressed so fast that no question was listened to."""
        keys = [key for key, _ in self.line.pressed]
        moments = [moment for _, moment in self.line.pressed]
        return keys == _URGENT_KEYS and moments[-1] - moments[0] < _SECONDS_FOR_112

    def _ask_whether_urgent(self) -> Reply:
        self.line = replace(self.line, is_urgent=True)
        return self._reply(self._say(IS_IT_URGENT), Keys(1, 1))

    def _settle_urgency(self, step: Stepped, due: Due) -> Reply:
        """Put her through, unless another key than those of 112 takes it back."""
        last = self.line.pressed[-1:]
        self.line = replace(self.line, is_urgent=False, pressed=())
        if not step.keys.strip("12"):
            return self._put_through()
        if [key for key, _ in last] == [EMERGENCY_NUMBER]:  # it was the answer
            return self._ask(self._talk.converse(self._conversation, Meant(EMERGENCY_NUMBER)))
        return self._ask(due, self.line.view)

    def _put_through(self) -> Reply:
        """Put her through to 112 where that can be done; else tell her to dial it."""
        if EMERGENCY_NUMBER in self.desk.dials:
            return self._connect(EMERGENCY_NUMBER)
        due = self._talk.converse(self._conversation, Danger())
        return self._end(due.words if isinstance(due, Said) else THANKS)

    def _call_helpline(self, number: str) -> Reply:
        """Put her through to a helpline where that can be done; else tell her to dial it."""
        if number in self.desk.dials:
            return self._connect(number)
        words = dial(number).words
        return self._reply(self._spoken(said_in_turn([words, words], self._language)), None)

    def _connect(self, number: str) -> Reply:
        self.line = replace(self.line, dialled=number)
        return self._reply(self._say(PUT_THROUGH(number=number)), Connect(self.desk.dials[number]))

    def _take_back(self, *, is_done: bool) -> Reply:
        """Say goodbye to one who was put through, or which number she has to dial herself."""
        if is_done:
            return self._end(THANKS)
        words = NOT_CONNECTED(number=self.line.dialled or EMERGENCY_NUMBER)
        return self._reply(self._spoken(said_in_turn([words, words], self._language)), None)

    # --- What she hears

    @property
    def _conversation(self) -> Conversation:
        return self.session.conversation

    @property
    def _language(self) -> Language:
        return self.desk.office.languages.voice_of(self.session.language)

    def _ask(self, due: Due, view: View | None = None, opening: Sequence[Words] = ()) -> Reply:
        """Say what is due, and remember where she stands."""
        view = view or View()
        self.line = replace(
            self.line,
            view=view,
            conversation=self._conversation.id,
            question=due.question.name if isinstance(due, Ask) else None,
            recording="",
        )
        if isinstance(due, Said) and due.last and due.last.dial in self.desk.dials:
            return self._connect(due.last.dial)
        prompt = draw(due, view, self._language)
        help_asked = self.line.silences == _MOST_SILENCES - 1
        shown = guided(prompt) if help_asked else prompt
        says = self._pieces(replace(shown, says=(*opening, *shown.says)), slow=help_asked)
        return self._reply(says, self._awaited(prompt), self._said_again(due, prompt))

    def _said_again(self, due: Due, prompt: Prompt) -> tuple[tuple[Piece, ...], ...]:
        """Give what is said after silence, for a gateway that asks us only after that."""
        if not self.gateway.repeats_itself or isinstance(due, Said):
            return ()
        return (self._pieces(prompt), self._pieces(guided(prompt), slow=True))

    def _awaited(self, prompt: Prompt) -> Keys | Voice | None:
        if not prompt.most_keys:
            return None
        keys = Keys(prompt.most_keys, prompt.seconds)
        if not prompt.is_spoken:
            return keys
        recording = recording_of(self.desk, self.gateway, self.line.call, self.line.step + 1)
        self.line = replace(self.line, recording=recording)
        return Voice(recording, prompt.longest, prompt.silence, keys)

    def _end(self, words: Words) -> Reply:
        return self._reply(self._say(words), None)

    def _reply(
        self,
        says: tuple[Piece, ...],
        awaits: Keys | Voice | Connect | None,
        again: tuple[tuple[Piece, ...], ...] = (),
    ) -> Reply:
        self.line = replace(self.line, step=self.line.step + 1)
        return Reply(self.line.step, says, awaits, again)

    def _say(self, words: Words) -> tuple[Piece, ...]:
        return self._spoken(said_in_turn([words], self._language))

    def _pieces(self, prompt: Prompt, *, slow: bool = False) -> tuple[Piece, ...]:
        """Give what is played for a prompt, with what she has spoken in its place."""
        pieces: list[Piece] = []
        parts: list[Words] = []
        for part in prompt.says:
            if isinstance(part, Playback):
                pieces += self._spoken(said_in_turn(parts, self._language), slow=slow)
                pieces += [Play(self.line.playback)] if self.line.playback else []
                parts = []
            else:
                parts.append(part)
        return (*pieces, *self._spoken(said_in_turn(parts, self._language), slow=slow))

    def _spoken(self, speech: Speech, *, slow: bool = False) -> tuple[Piece, ...]:
        said = slowly(speech) if slow else speech
        return self.desk.voices.say(said, self._language, speaks=self.gateway.speaks)
