"""Random citizens who use all channels in turn, lose the line, whose requests come twice or late.

They mostly answer what they are asked, so that they come to the end of every service, and sometimes
something else. Whatever they do: no stumbling, every screen fits, nothing told is lost, nothing is
registered twice.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from core.alphabet import USSD, split
from core.conversation import REGISTERED_BEFORE, Conversation
from core.dialogue import Ask, Choice, Day, Number, Plate, Question, Story, play
from core.reference import LENGTH as REFERENCE_LENGTH
from core.scripts.main_menu import main_menu
from core.sessions import Session
from core.walk import WalkedPolice
from simulator.caller import Caller
from tests.fakes import DIRECTORY, LANGUAGES
from tests.ivr.africastalking_phone import AfricasTalkingPhone
from tests.service import Service
from tests.sms.texter import Texter

pytestmark = pytest.mark.redis

STORIES = ("कल रात दस बजे घर में चोरी हुई", "kal raat chori hui", "राम प्रसाद", "तीसरी * बात # 🙂")
DAYS = ("1", "2", "2411", "२४-११", "5 नवंबर", "31-02")
PLATES = ("BR01AB1234", "br 1 ab 12", "2701221234", "कुछ")
PINS = ("800001", "845438", "999999", "८००००१")
ODD = ("", "0", "00", "98", "112", "9", "*", "haan", "नहीं", "0" * 40, "🙂", "4829135706", "STOP")

acts = st.tuples(
    st.sampled_from(
        ["answer"] * 30 + ["other", "odd", "drop", "again", "late", "ussd", "sms", "call", "ends"]
    ),
    st.integers(0, 999),
)


@dataclass
class Citizen:
    """One person with one phone, at one of three channels."""

    service: Service
    number: str
    channel: str = "ussd"
    past: list[dict[str, str]] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.caller = Caller(self.service.client, self.number)
        self.texter = Texter(self.service, self.number)
        self.phone = AfricasTalkingPhone(
            self.service.client, self.number, "+916120000000", words=lambda _: "कुछ"
        )

    # --- What is known of her

    @property
    def session(self) -> Session | None:
        return self.service.parts.office.sessions.open(self.number).session

    @property
    def told(self) -> dict[str, Any]:
        """What she has told that nothing came of yet."""
        kept: dict[str, Any] = {}
        session = self.session
        for each in (session.conversation, session.draft) if session else ():
            if each and each.is_worth_resuming:
                kept |= {**each.answers}
        kept.pop(REGISTERED_BEFORE, None)
        return kept

    @property
    def cases(self) -> int:
        return len(self.service.parts.cases.newest(most=500))

    def asked(self) -> Question | None:
        """Give the question of the script that is due, asides apart."""
        session = self.session
        conversation = session.conversation if session else Conversation("")
        names = [(each.code, each.name) for each in LANGUAGES.all]
        script = partial(main_menu, WalkedPolice(DIRECTORY, names))
        turn = play(script, conversation.answers)
        return turn.question if isinstance(turn, Ask) else None

    # --- What she does

    def does(self, act: str, chance: int) -> None:
        if act in ("ussd", "sms", "call"):
            self.channel = act
        elif act == "ends":
            self.hangs_up()
        elif act in ("drop", "again", "late"):
            self.troubles(act, chance)
        elif act == "odd":
            self.says(ODD[chance % len(ODD)])
        else:
            self.says(self.fitting(chance if act == "other" else chance % 5))

    def fitting(self, chance: int) -> str:
        """Choose an answer that fits the question, more or less."""
        question = self.asked()
        if isinstance(question, Number):
            if question.digits == REFERENCE_LENGTH and self.cases:
                return self.service.parts.cases.newest()[0].reference
            pick = PINS if question.digits == len(PINS[0]) else ("9876543210"[: question.digits],)
            return pick[chance % len(pick)] if chance % 4 else "1"
        if isinstance(question, Day):
            return DAYS[chance % len(DAYS)]
        if isinstance(question, Plate):
            return PLATES[chance % len(PLATES)]
        if isinstance(question, Story):
            return STORIES[chance % len(STORIES)]
        most = len(question.options) if isinstance(question, Choice) else 3
        return "123456789"[chance % min(most, 9)]

    def says(self, text: str) -> None:
        say: dict[str, Callable[[str], None]] = {
            "ussd": self.types,
            "sms": self.writes,
            "call": self.presses,
        }
        say[self.channel](text)

    def types(self, text: str) -> None:
        if not self.caller.is_connected:
            self.caller.dials()
        else:
            self.caller.types(text)
        self.past.append(self.caller.form())
        assert self.caller.screen.strip(), self.caller.said
        assert USSD.allows(self.caller.screen), self.caller.said
        assert "दिक्कत" not in self.caller.screen, self.caller.said

    def writes(self, text: str) -> None:
        self.texter.writes(text or ".")
        for each in self.texter.inbox[:1]:
            assert len(split(each)) <= 4, each

    def presses(self, text: str) -> None:
        phone = self.phone
        if phone.is_over or not phone.session:
            phone.dials()
        elif phone.awaits == "voice":
            phone.speaks(b"RIFF what she said")
        elif phone.awaits == "keys":
            keys = "".join(each for each in text if each in "0123456789*#" and each.isascii())
            phone.presses(keys[:12]) if keys else phone.stays_silent()
        else:
            phone.hangs_up()

    def hangs_up(self) -> None:
        if self.channel == "ussd" and self.caller.is_connected:
            self.caller.drops()
        elif self.channel == "call" and self.phone.session and not self.phone.is_over:
            self.phone.hangs_up()

    def troubles(self, act: str, chance: int) -> None:
        """Let the provider lose, repeat or delay something: it changes nothing."""
        before, cases = self.told, self.cases
        if act == "drop":
            if self.caller.is_connected:
                self.caller.drops()
        elif act == "again":
            if self.texter.last:
                self.texter.sends_again()
            if self.past:
                self.service.client.post("/ussd/africastalking", data=self.past[-1])
        elif self.past:
            late = self.past[chance % len(self.past)]
            self.service.client.post("/ussd/africastalking", data=late)
        assert self.cases == cases
        assert self.told == before


@settings(
    max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(st.lists(acts, min_size=20, max_size=60), st.integers(0, 10**8 - 1))
def test_whatever_citizens_do_nothing_is_lost_doubled_or_stumbles(
    sqlite_service: Service, todo: list[tuple[str, int]], number: int
) -> None:
    citizen = Citizen(sqlite_service, f"+9198{number:08}")
    for act, chance in todo:
        before, cases = citizen.told, citizen.cases
        citizen.does(act, chance)
        assert citizen.cases - cases <= 1
        if act == "ends":
            assert before.items() <= citizen.told.items() or citizen.cases > cases
