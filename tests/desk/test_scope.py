"""Who may see and do what: every page of the desk, for every role, with every sort of case."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal, TypeAlias

import pytest
from sqlalchemy import select
from werkzeug.test import TestResponse

from casework.accesses import Wanted
from casework.viewer import ROLES, Role
from core.case_file import Entry
from core.cases import Case
from core.tables import cases
from tests.desk.cases import change, found, register, spoken
from tests.desk.officers import GARDANIBAGH, PATNA, Browser, SignIn
from tests.service import Service

pytestmark = pytest.mark.redis

NEIGHBOUR, MAHILA, FAR_AWAY = "5117001", "5117089", ("GAYA", "5109001")
Access: TypeAlias = Literal["reads", "masked", "none"]
Person: TypeAlias = Role | Literal["mahila"]
SIGN_IN = "/desk/sign-in"

# What this role may see, as the officers' handbook has it; it is written out on purpose.
MAY: dict[Person, dict[str, Access]] = {
    "station": {"own": "reads", "women": "masked", "child": "masked"},
    "mahila": {"mahila": "reads"},
    "women": {"women": "reads", "child": "reads", "mahila": "reads"},
    "district": dict.fromkeys(
        ("own", "neighbour", "women", "child", "conduct", "secret", "mahila"), "reads"
    ),
    "state": dict.fromkeys(
        (
            "own",
            "neighbour",
            "far",
            "women",
            "child",
            "conduct",
            "secret",
            "mahila",
            "unplaced",
        ),
        "reads",
    ),
    "auditor": {
        **dict.fromkeys(("own", "neighbour", "far", "unplaced"), "reads"),
        **dict.fromkeys(("women", "child", "conduct", "secret", "mahila"), "masked"),
    },
    "admin": {},
}

# Pages about a case: below /desk/case/<reference>; with what a form of theirs would send.
FORMS: dict[str, Mapping[str, object]] = {
    "/phone": {},
    "/note": {"note": "कुछ शब्द"},
    "/hear/<recording>": {"heard": "कुछ शब्द"},
    "/fill": {"field-lost": "mobile"},
    "/unlock": {},
    "/link": {"fir_number": "1/2026", "fir_date": "2026-01-02"},
    "/assign": {"officer": 1},
    "/protect": {"protection": "child"},
    "/join": {"other": "own"},
    "/apart": {"other": "own"},
    "/move/<state>": {"step": "do"},
}
PAGES = ("/print", "/join", "/recording/<recording>", "/move/<state>")
LOG = "/accesses"

# Pages about no case: who may open them ("" is somebody who has not signed in).
EVERYBODY = ("", *ROLES)
READERS = ("station", "women", "district", "state", "auditor")
SUPERVISORS = ("district", "state", "auditor")
CLERKS = ("state", "auditor", "admin")
OTHERS: dict[str, tuple[str, ...]] = {
    "/desk/": ROLES,
    "/desk/<path:rest>": ROLES,
    "/desk/accesses": ("state", "auditor"),
    "/desk/account": ROLES,
    "/desk/account/password": ROLES,
    "/desk/calls": CLERKS,
    "/desk/cases": READERS,
    "/desk/gateways": CLERKS,
    "/desk/letters": CLERKS,
    "/desk/letters/again": ("state", "admin"),
    "/desk/new-count": READERS,
    "/desk/open/": EVERYBODY,
    "/desk/open/figures.csv": EVERYBODY,
    "/desk/people": ("admin",),
    "/desk/people/<int(max=2147483647):officer_id>": ("admin",),
    "/desk/people/import": ("admin",),
    "/desk/people/new": ("admin",),
    "/desk/recordings": CLERKS,
    "/desk/sign-in": EVERYBODY,
    "/desk/static/<path:filename>": EVERYBODY,
    "/desk/static/bootstrap.css": EVERYBODY,
    "/desk/stations": CLERKS,
    "/desk/stations/<code>": CLERKS,
    "/desk/stations/import": ("admin",),
    "/desk/supervisor": SUPERVISORS,
    "/desk/supervisor/figures-<table>.csv": SUPERVISORS,
    "/desk/supervisor/kinds.svg": SUPERVISORS,
    "/desk/supervisor/time.svg": SUPERVISORS,
}
POSTS: dict[str, tuple[str, ...]] = {
    "/desk/<path:rest>": ROLES,
    "/desk/account/password": ROLES,
    "/desk/language": EVERYBODY,
    "/desk/letters/<int(max=2147483647):letter_id>/again": ("state", "admin"),
    "/desk/letters/again": ("state", "admin"),
    "/desk/people/<int(max=2147483647):officer_id>": ("admin",),
    "/desk/people/<int(max=2147483647):officer_id>/close": ("admin",),
    "/desk/people/<int(max=2147483647):officer_id>/reset": ("admin",),
    "/desk/people/import": ("admin",),
    "/desk/people/new": ("admin",),
    "/desk/sign-in": EVERYBODY,
    "/desk/sign-out": ROLES,
    "/desk/sign-out-everywhere": ROLES,
    "/desk/stations/<code>": ("admin",),
    "/desk/stations/<code>/close": ("admin",),
    "/desk/stations/<code>/reopen": ("admin",),
    "/desk/stations/import": ("admin",),
}
SAMPLES = {
    "<path:filename>": "desk.css",
    "<path:rest>": "nowhere",
    "<code>": "0000000",
    "<table>": "places",
    "<int(max=2147483647):officer_id>": "999999",
    "<int(max=2147483647):letter_id>": "999999",
}


@dataclass
class World:
    """A service with one case of every sort; each tells and is told a secret of its own."""

    service: Service
    by_name: dict[str, Case] = field(default_factory=dict)

    def add(
        self,
        name: str,
        place: tuple[str | None, str | None],
        kind: str = "theft",
        protection: str | None = None,
    ) -> None:
        number = len(self.by_name)
        case = register(
            self.service, f"story-{name}", kind=kind, phone=f"+91980000100{number}", place=place
        )
        answer = spoken(self.service, f"recording-{name}", b"RIFF----WAVE")
        with self.service.parts.cases.files.open(case.reference) as file:
            file.write(Entry("answered", "citizen", recording=answer.recording))
            file.write(Entry("noted", "someone", note=f"remark-{name} remarkable"))
        if protection:
            change(self.service, case, protection=protection)
        self.by_name[name] = found(self.service, case.reference)

    def secrets_of(self, name: str) -> list[str]:
        return [f"story-{name}", f"remark-{name}", f"98000010{self.number_of(name):02}"]

    def number_of(self, name: str) -> int:
        return list(self.by_name).index(name)

    def rows(self) -> dict[str, object]:
        """Give everything the tables have of the cases, to see whether anything has changed."""
        with self.service.parts.database.reading() as connection:
            return {row.reference: tuple(row) for row in connection.execute(select(cases))}


@pytest.fixture
def world(sqlite_service: Service) -> World:
    world = World(sqlite_service)
    here = (PATNA, GARDANIBAGH)
    world.add("own", here)
    world.add("neighbour", (PATNA, NEIGHBOUR))
    world.add("far", FAR_AWAY)
    world.add("women", here, "women_safety")
    world.add("child", here, protection="child")
    world.add("conduct", (PATNA, None), "police_conduct")
    world.add("secret", here, protection="secret")
    world.add("mahila", (PATNA, MAHILA), "women_safety")
    world.add("unplaced", (None, None))
    return world


def signed_in(sign_in: SignIn, person: Person) -> Browser:
    return sign_in("station", station=MAHILA) if person == "mahila" else sign_in(person)


def filled(rule: str, world: World, name: str) -> str:
    case = world.by_name[name]
    filled = rule.replace("<reference>", case.reference).replace("<state>", "withdrawn")
    return filled.replace("<recording>", f"recording-{name}")


def allowed(person: Person, name: str) -> Access:
    return MAY[person].get(name, "none")


def desk_rules(service: Service, method: str) -> set[str]:
    return {
        rule.rule
        for rule in service.app.url_map.iter_rules()
        if rule.endpoint.startswith("desk.") and method in (rule.methods or ())
    }


def test_every_page_of_the_desk_is_in_these_tables(sqlite_service: Service) -> None:
    of_cases = "/desk/case/<reference>"
    pages = {of_cases, *(of_cases + each for each in (*PAGES, LOG)), *OTHERS}
    assert desk_rules(sqlite_service, "GET") == pages
    assert desk_rules(sqlite_service, "POST") == {of_cases + each for each in FORMS} | POSTS.keys()


def test_a_role_opens_the_pages_of_cases_it_may(world: World, sign_in: SignIn) -> None:
    for person in MAY:
        opens_what_it_may(world, signed_in(sign_in, person), person)


def opens_what_it_may(world: World, browser: Browser, person: Person) -> None:
    for name in world.by_name:
        access = allowed(person, name)
        for rule in ("", *PAGES, LOG):
            path = filled(f"/desk/case/<reference>{rule}", world, name)
            other = world.by_name["own"].reference
            response = browser.get(path, query_string={"other": other})
            assert response.status_code in expected(person, access, rule), (person, name, rule)
            if access != "reads":
                assert_keeps(response, world, name)
            # The number in full stands on no page that one merely opens.
            assert world.secrets_of(name)[2] not in response.text, (name, rule)
    # Who was refused did not look.
    assert browser.officer
    looks = world.service.parts.accesses.search(Wanted(browser.officer.login), most=500)
    read = {name for name in world.by_name if allowed(person, name) == "reads"}
    assert {look.reference for look in looks} == {world.by_name[n].reference for n in read}


def expected(person: Person, access: Access, rule: str) -> tuple[int, ...]:
    """Give how a page answers: 404 where nobody is to learn that there is a case."""
    if person == "admin":
        return (403,)
    if rule == LOG:
        return (404 if access == "none" else 200,) if person in SUPERVISORS else (403,)
    if access == "none":
        return (404,)
    if access == "masked":
        return (200,) if rule == "" else (403,)
    if rule in ("/join", "/move/<state>"):
        # An auditor changes nothing; the other case may not be his, or be the same.
        return (403,) if person == "auditor" else (200, 404)
    return (200,)


def assert_keeps(response: TestResponse, world: World, name: str) -> None:
    for secret in world.secrets_of(name):
        assert secret.encode() not in response.data, (name, response.request.path)


def test_the_list_has_the_cases_a_role_sees_and_masks_those_it_does_not_read(
    world: World, sign_in: SignIn
) -> None:
    for person in [each for each in MAY if each != "admin"]:
        browser = signed_in(sign_in, person)
        response = browser.get("/desk/cases", query_string={"folder": "all"})
        for name, case in world.by_name.items():
            is_listed = f"/desk/case/{case.reference}" in response.text
            assert is_listed == (allowed(person, name) != "none"), (person, name)
            assert_keeps(response, world, name)
            line = response.text.partition(f"/desk/case/{case.reference}")[2].partition("</tr>")[0]
            is_masked = "<em>not shown</em>" in line
            assert is_masked == (allowed(person, name) == "masked"), (person, name)


def test_a_search_finds_only_what_a_role_reads(world: World, sign_in: SignIn) -> None:
    """By words and by phone; a masked case is found by its reference number alone."""
    for person in [each for each in MAY if each != "admin"]:
        finds_what_it_reads(world, signed_in(sign_in, person), person)


def finds_what_it_reads(world: World, browser: Browser, person: Person) -> None:
    for name, case in world.by_name.items():
        access = allowed(person, name)
        link = f"/desk/case/{case.reference}"
        for search in (f"remark-{name}", case.phone):
            page = browser.page("/desk/cases", query_string={"q": search})
            assert (link in page) == (access == "reads"), (person, name, search)
        page = browser.page("/desk/cases", query_string={"q": case.reference})
        assert (link in page) == (access != "none"), (person, name)


def test_a_role_changes_no_case_that_it_may_not_work(world: World, sign_in: SignIn) -> None:
    before = world.rows()
    for person in MAY:
        tries_every_form(world, signed_in(sign_in, person), person)
    assert world.rows() == before


def tries_every_form(world: World, browser: Browser, person: Person) -> None:
    for name, case in world.by_name.items():
        access = allowed(person, name)
        if access == "reads" and person != "auditor":
            continue
        for rule, fields in FORMS.items():
            path = filled(f"/desk/case/<reference>{rule}", world, name)
            response = browser.submit(path, sent(world, case, fields))
            if not (access == "reads" and rule == "/phone"):
                wanted = 403 if person == "admin" or access != "none" else 404
                assert response.status_code == wanted, (person, name, rule)
                assert_keeps(response, world, name)


def sent(world: World, case: Case, fields: Mapping[str, object]) -> dict[str, object]:
    other = world.by_name["own"].reference
    return {"seen": case.version, **fields} | ({"other": other} if "other" in fields else {})


def test_who_has_not_signed_in_gets_no_page_and_changes_nothing(
    world: World, browser: Browser
) -> None:
    before = world.rows()
    for method in ("GET", "POST"):
        open_to_all = {
            rule for rule, roles in (OTHERS if method == "GET" else POSTS).items() if "" in roles
        }
        for rule in desk_rules(world.service, method) - open_to_all:
            path = sample(filled(rule, world, "own"))
            data = {"seen": 2, "note": "x", "heard": "x", "step": "do", "officer": 1}
            response = browser.get(path) if method == "GET" else browser.submit(path, data)
            assert response.status_code == 303, rule
            assert response.location.startswith(SIGN_IN), rule
            assert_keeps(response, world, "own")
    assert world.rows() == before


def sample(rule: str) -> str:
    for slot, value in SAMPLES.items():
        rule = rule.replace(slot, value)
    return rule


def test_a_role_opens_the_other_pages_that_are_for_it(world: World, sign_in: SignIn) -> None:
    """No story, note or number stands on any of them."""
    for role in ROLES:
        opens_its_pages(world, sign_in(role), role)


def opens_its_pages(world: World, browser: Browser, role: Role) -> None:
    for rule, roles in OTHERS.items():
        response = browser.get(sample(rule))
        status = response.status_code
        for name in world.by_name:
            assert_keeps(response, world, name)
        response.close()
        assert (status == 403) == (role not in roles), (role, rule)
        assert status < 500, rule
    for rule, roles in POSTS.items():
        if rule.startswith(("/desk/sign", "/desk/language")):
            continue
        status = browser.submit(sample(rule)).status_code
        assert (status == 403) == (role not in roles), (role, rule)
        assert status < 500, rule


def test_an_officer_reads_a_protected_case_that_is_given_to_him(
    world: World, sign_in: SignIn
) -> None:
    browser = sign_in("station")
    assert browser.officer
    case = world.by_name["women"]
    change(world.service, case, officer_id=browser.officer.id)
    assert "story-women" in browser.page(f"/desk/case/{case.reference}")
    assert "story-child" not in browser.page(f"/desk/case/{world.by_name['child'].reference}")


@pytest.mark.parametrize("protection", ["conduct", "secret"])
def test_a_station_never_sees_what_is_kept_from_it_even_if_it_is_given_to_its_officer(
    world: World, sign_in: SignIn, protection: str
) -> None:
    browser = sign_in("station")
    assert browser.officer
    case = world.by_name["own"]
    change(world.service, case, protection=protection, officer_id=browser.officer.id)
    assert browser.get(f"/desk/case/{case.reference}").status_code == 404
    for folder in ("new", "mine", "all"):
        assert case.reference not in browser.page("/desk/cases", query_string={"folder": folder})


def test_a_number_that_is_no_case_is_answered_as_one_of_another_station(
    world: World, sign_in: SignIn
) -> None:
    browser = sign_in("station")
    none = browser.get("/desk/case/2527702793")
    other = browser.get(f"/desk/case/{world.by_name['far'].reference}")
    assert none.status_code == other.status_code == 404
    number = world.by_name["far"].reference
    assert none.text == other.text.replace(number, "2527702793")
