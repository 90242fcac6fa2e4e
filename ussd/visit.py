"""One turn of one caller: the inputs heard, and the screen that answers them."""

from __future__ import annotations

from functools import partial

from core.alphabet import western_digits
from core.clock import local_date, now
from core.conversation import Due, Meant, Talk
from core.dialogue import Ask, Said, Story
from core.duty_officer import Contact, DutyOfficer, Office
from core.pages import Paper, View, answer, draw
from core.scripts.main_menu import FIRST, main_menu
from core.sealing import Seal
from core.sessions import Session
from ussd.gateway import Gateway, Keyed, Reply
from ussd.line import Line

CHANNEL = "ussd"
_MOST_INPUTS = 30  # of a straight dial; nobody dials more


class Visit:
    """A caller with a session, at the moment something was keyed."""

    def __init__(
        self, gateway: Gateway, office: Office, seal: Seal, session: Session, keyed: Keyed
    ) -> None:
        self._budget = gateway.budget
        self._seal = seal
        self._languages = office.languages
        self._session = session
        self._keyed = keyed
        offered = office.languages.offered(unicode=self._budget.carries_unicode)
        languages = [(each.code, each.name) for each in offered]
        officer = DutyOfficer(office, Contact(keyed.phone, CHANNEL, languages), session)
        self._talk = Talk(
            script=partial(main_menu, officer),
            helpline=office.helpline,
            call_back=officer.calls_back,
            # The same provider session gives the same id, so that a conversation rebuilt after
            # a loss of the session store still registers once. Providers may use an id again.
            fresh_id=seal.fingerprint(
                "conversation", gateway.name, keyed.phone, keyed.session, local_date(now())
            ),
        )

    def reply(self, line: Line) -> Reply:
        """Take the turn, and note it in the session."""
        if line.is_begun_by(self._keyed):
            line = line.begun(self._keyed)
            due, view = self._begin()
        else:
            due, view = self._hear(line.newly_typed(self._keyed, self._seal) or "", line.view)
        page = draw(due, view, self._paper)
        reply = Reply(page.text, goes_on=not page.is_last)
        question = due.question.name if isinstance(due, Ask) else None
        line = line.replied(self._keyed, self._seal, reply, view, question)
        self._session.lines[CHANNEL] = line.to_json()
        return reply

    def _begin(self) -> tuple[Due, View]:
        """Begin a session, walking as far as the inputs go that came with it.

        They come from a caller who dialled straight to something (*CODE*2*REFERENCE#), or from
        a session whose record was lost. In neither can a story be told apart from the inputs
        after it, so the walk ends at a story.
        """
        inputs = self._keyed.keyed.split("*") if self._keyed.keyed else []
        self._session.begin(self._talk.fresh_id, straight=bool(inputs))
        due, view = self._talk.due(self._session.conversation), View()
        if inputs and (wish := _place_on_menu(inputs[0], due)):
            due = self._talk.converse(self._session.conversation, Meant(wish))
            inputs = inputs[1:]
        for typed in inputs[:_MOST_INPUTS]:
            if isinstance(due, Said) or isinstance(due.question, Story) or view.unclear:
                break
            due, view = self._hear(typed, view)
        return due, view

    def _hear(self, typed: str, view: View) -> tuple[Due, View]:
        return answer(self._talk, self._session.conversation, typed, view, self._paper)

    @property
    def _paper(self) -> Paper:
        unicode = self._budget.carries_unicode
        language = self._languages.get(self._session.language, unicode=unicode)
        # A call to an informant would be noted with her number.
        calls = self._talk.call_back is not None and not self._session.is_secret
        return Paper(language, self._budget, calls=calls)


def _place_on_menu(typed: str, due: Due) -> str | None:
    """Give what *CODE*4# leads to: the fourth of the first menu, on whichever page it stands."""
    places = {str(place): wish for place, wish in enumerate(FIRST, start=1)}
    is_menu = isinstance(due, Ask) and due.question.name == "wish_1"
    return places.get(western_digits(typed)) if is_menu else None
