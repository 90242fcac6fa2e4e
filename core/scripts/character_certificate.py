"""A character certificate: who asks for it, where she lives, and what it is for."""

from __future__ import annotations

from core.courses import CERTIFICATE
from core.dialogue import Choice, Last, Number, Once, Story, option
from core.letters import APPLICATION_RECEIVED
from core.police import Application, Days, Police
from core.scripts.find_station import find_station, place_label
from core.scripts.send_application import send_application
from core.service_entry import Field, Kind, Service, StateLimit
from core.text import Text

PURPOSES = {
    "job": Text("Job"),
    "studies": Text("Studies"),
    "licence": Text("Contract, licence"),
    "other": Text("Something else"),
}
_LABEL = Text("Character certificate")
_YOUNGEST, _OLDEST = 10, 110
_RTPS = "Bihar Right to Public Services Act; working or calendar days not established"


class Year(Number):
    """A year. Its bounds move with the calendar; a call can only say what was recorded."""

    @property
    def expected(self) -> Text:
        """Say what an answer looks like."""
        return Text("Please type the right year of birth, such as 1985.")


async def character_certificate(police: Police) -> Last:
    """Ask who needs the certificate, for what, and which station knows her."""
    name = await Story("applicant_name", Text("Your name?"), is_brief=True)
    father = await Story("father_name", Text("Your father's name?"), is_brief=True)
    year = await _ask_birth_year(police)
    purposes = tuple(option(key, label) for key, label in PURPOSES.items())
    purpose = await Choice("purpose", Text("What is it for?"), purposes)
    place = await find_station(police, text=Text("PIN code of your home (6 digits)?"))
    told = {
        "applicant_name": name,
        "father_name": father,
        "birth_year": year,
        "purpose": purpose,
    }
    application = Application(
        CHARACTER_CERTIFICATE.key, CHARACTER_CERTIFICATE.key, place, told=told
    )
    summary = Text("{kind}. {place}.")(kind=_LABEL, place=place_label(police, place))
    return await send_application(police, CHARACTER_CERTIFICATE, application, summary)


async def _ask_birth_year(police: Police) -> str:
    days: Days = await Once("days", police.days)
    this_year = int(days["today"][:4])
    text = Text("Year of birth (4 digits)?")
    least, most = this_year - _OLDEST, this_year - _YOUNGEST
    return await Year("birth_year", text, digits=4, least=least, most=most)


CHARACTER_CERTIFICATE = Service(
    "character_certificate",
    _LABEL,
    character_certificate,
    course=CERTIFICATE,
    kinds={"character_certificate": Kind(_LABEL)},
    fields={
        "applicant_name": Field(Text("Name of the applicant")),
        "father_name": Field(Text("Father's name")),
        "birth_year": Field(Text("Year of birth"), "number"),
        "purpose": Field(Text("What it is for"), "choice", PURPOSES),
        "address": Field(Text("Full address"), later=True),
        "photo": Field(Text("Photo: who has it"), later=True),
        "identity_proof": Field(Text("Identity proof: which one was shown"), later=True),
    },
    limits=(
        StateLimit("*", 14, "working", _RTPS),
        StateLimit("at_station", 10, "working", "house rule, to be confirmed: verified"),
        StateLimit("verified", 2, "working", "house rule, to be confirmed: signed and ready"),
    ),
    letters={"received": APPLICATION_RECEIVED},
    menu="certificates",
    then=Text("Keep a photo and identity proof ready."),
    words=("praman", "प्रमाण", "aacharan", "आचरण", "charitra praman", "चरित्र प्रमाण", "certificate"),
)
