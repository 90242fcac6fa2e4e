"""Have somebody verified: a tenant, a help in the house, a driver, an employee.

One script does for all four; they differ in whom it is about, and who has that person verified.
"""

from __future__ import annotations

from dataclasses import dataclass

from core.courses import CERTIFICATE
from core.dialogue import Choice, Last, Mobile, Option, Story, option
from core.letters import APPLICATION_RECEIVED
from core.police import Application, Police
from core.scripts.find_station import find_station, place_label
from core.scripts.send_application import send_application
from core.service_entry import Field, Kind, Service, StateLimit
from core.text import Name, Text

MOBILE_DIGITS = 10
ELSEWHERE = "another_state"
_ANOTHER_STATE = Text("Another state")

_FIELDS = {
    "owner_name": Field(Text("Name of the owner or employer")),
    "subject_name": Field(Text("Name of the person to be verified")),
    "subject_father": Field(Text("Name of that person's father")),
    "subject_mobile": Field(Text("Mobile number of that person"), "phone"),
    "home_district": Field(Text("Home district"), "district", {ELSEWHERE: _ANOTHER_STATE}),
    "home_address": Field(Text("Address at home"), later=True),
    "subject_photo": Field(Text("Photo: who has it"), later=True),
    "subject_identity": Field(Text("Identity proof: which one was shown"), later=True),
    "references": Field(Text("Who knows the person"), later=True),
}


@dataclass(frozen=True, slots=True)
class _Subject:
    """Who is to be verified, in the words of the form."""

    label: Text
    name: Text
    owner: Text
    where: Text


def _verification(key: str, label: Text, subject: _Subject, words: tuple[str, ...]) -> Service:
    """Make the service by which such people are verified."""

    async def verify(police: Police) -> Last:
        return await _verify(police, service, subject)

    service = Service(
        key,
        label,
        verify,
        course=CERTIFICATE,
        kinds={key: Kind(label)},
        fields=_FIELDS,
        limits=(
            StateLimit("at_station", 15, "calendar", "house rule, to be confirmed: verified"),
            StateLimit("verified", 3, "calendar", "house rule, to be confirmed: report ready"),
        ),
        letters={"received": APPLICATION_RECEIVED},
        menu="certificates",
        then=Text("Keep the person's photo and identity proof ready."),
        words=words,
    )
    return service


async def _verify(police: Police, service: Service, subject: _Subject) -> Last:
    """Ask who has whom verified, where that person comes from, and where he is now."""
    owner = await Story("owner_name", subject.owner, is_brief=True)
    name = await Story("subject_name", subject.name, is_brief=True)
    father_of = Text("{person}: father's name?")(person=subject.label)
    father = await Story("subject_father", father_of, is_brief=True)
    mobile_of = Text("{person}: mobile number?")(person=subject.label)
    mobile = await Mobile("subject_mobile", mobile_of, digits=MOBILE_DIGITS)
    home = await _ask_home_district(police, subject)
    place = await find_station(police, text=subject.where)
    told = {
        "owner_name": owner,
        "subject_name": name,
        "subject_father": father,
        "subject_mobile": mobile,
        "home_district": home,
    }
    application = Application(service.key, service.key, place, told=told)
    summary = Text("{kind}. {place}.")(kind=service.label, place=place_label(police, place))
    return await send_application(police, service, application, summary)


async def _ask_home_district(police: Police, subject: _Subject) -> str:
    text = Text("{person}: home district?")(person=subject.label)
    districts = tuple(
        Option(each.code, each.name, each.code, (each.headquarters,) if each.headquarters else ())
        for each in police.directory.districts
        if each.revenue_district  # those of the railways lie in none
    )
    elsewhere = option(ELSEWHERE, _ANOTHER_STATE, Name("bahar ka", "बाहर का"))
    home: str = await Choice("home_district", text, districts, otherwise=elsewhere)
    return home


TENANT_VERIFICATION = _verification(
    "tenant_verification",
    Text("Tenant verification"),
    _Subject(
        Text("Tenant"),
        Text("Name of the tenant?"),
        Text("Name of the owner of the house?"),
        Text("PIN code of the rented house?"),
    ),
    ("kirayedar", "किरायेदार"),
)
HELP_VERIFICATION = _verification(
    "help_verification",
    Text("Domestic help verification"),
    _Subject(
        Text("Domestic help"),
        Text("Name of the domestic help?"),
        Text("Name of the employer?"),
        Text("PIN code of the place of work?"),
    ),
    ("gharelu sahayak", "घरेलू सहायक", "sahayak satyapan", "सहायक सत्यापन"),
)
DRIVER_VERIFICATION = _verification(
    "driver_verification",
    Text("Driver verification"),
    _Subject(
        Text("Driver"),
        Text("Name of the driver?"),
        Text("Name of the owner of the vehicle?"),
        Text("PIN code where the vehicle is kept?"),
    ),
    ("chalak", "चालक", "driver satyapan", "ड्राइवर सत्यापन"),
)
EMPLOYEE_VERIFICATION = _verification(
    "employee_verification",
    Text("Employee verification"),
    _Subject(
        Text("Employee"),
        Text("Name of the employee?"),
        Text("Name of the employer?"),
        Text("PIN code of the place of work?"),
    ),
    ("karmchari", "कर्मचारी"),
)
