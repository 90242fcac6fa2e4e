"""The supervisor's figures as pages, charts and tables, and what everybody may read of them."""

import csv
from io import StringIO
from pathlib import Path
from xml.etree.ElementTree import fromstring

import pytest

from casework.viewer import Role
from core.cases import Move, NewCase
from core.dialogue import Typed
from tests.desk.officers import Browser, SignIn
from tests.service import Service, service_with

pytestmark = pytest.mark.redis

SVG = "{http://www.w3.org/2000/svg}"
FIGURES = "/desk/supervisor"


def put(service: Service, count: int = 1, **changes: str | None) -> list[str]:
    """Register some thefts at Gardanibagh, or what the changes say."""
    usual: dict[str, str | None] = {"kind": "theft", "district": "PATNA", "station": "5117029"}
    values = {**usual, **changes}
    return [
        service.parts.cases.register(
            NewCase(
                conversation=f"{values} {n}",
                service="complaint",
                kind=values["kind"] or "",
                phone=f"+91980000{n:04}",
                language="hi",
                channel="sms",
                district=values["district"],
                station=values["station"],
                usual_station=None,
                story=Typed("साइकिल चोरी हो गई"),
            )
        )
        for n in range(count)
    ]


def dispose(service: Service, reference: str) -> None:
    for state in ("sent_to_station", "under_enquiry", "disposed"):
        service.parts.cases.move(reference, Move(state, "rk"))


def table(text: str) -> list[list[str]]:
    return list(csv.reader(StringIO(text.removeprefix("\ufeff"))))


@pytest.mark.parametrize("role", ["station", "women", "admin"])
def test_figures_are_for_those_who_supervise(sign_in: SignIn, role: Role) -> None:
    browser = sign_in(role)
    for page in ("", "/time.svg", "/kinds.svg", "/figures-places.csv"):
        assert browser.get(FIGURES + page).status_code == 403


def test_the_state_sees_districts_and_a_supervisor_the_stations_of_his(
    sqlite_service: Service, sign_in: SignIn
) -> None:
    put(sqlite_service, 3)
    put(sqlite_service, 2, district="GAYA", station="5109001")
    state, district = sign_in("state"), sign_in("district")
    page = state.page(FIGURES)
    assert ">Gaya</a>" in page
    assert "Gardani Bagh, Patna</th>" not in page
    assert "Gardani Bagh, Patna</th>" in state.page(FIGURES + "?district=PATNA")
    his = district.page(FIGURES + "?district=GAYA")
    assert "Gardani Bagh, Patna</th>" in his
    assert "Gaya" not in his
    kinds = table(district.get(FIGURES + "/figures-kinds.csv").text)
    assert kinds[1][:2] == ["Theft", "3"]


def test_a_number_leads_to_its_cases(sqlite_service: Service, sign_in: SignIn) -> None:
    put(sqlite_service, 2, kind="cyber_fraud")
    browser = sign_in("district")
    page = browser.page(FIGURES + "?kind=cyber_fraud")
    addresses = {part.partition('"')[0] for part in page.split('href="')}
    [address] = [each for each in addresses if "folder=all" in each and "station=5117029" in each]
    assert "kind=cyber_fraud" in address
    assert browser.page(address).count("<tr") == 1 + 2


def test_the_largest_numbers_come_first_where_a_column_is_chosen(
    sqlite_service: Service, sign_in: SignIn
) -> None:
    put(sqlite_service, 1)
    put(sqlite_service, 3, district="SARAN", station=None)
    browser = sign_in("state")
    by_name, by_number = (browser.page(FIGURES + q) for q in ("", "?sort=registered"))
    assert by_name.index(">Patna</a></th>") < by_name.index(">Saran</a></th>")
    assert by_number.index(">Patna</a></th>") > by_number.index(">Saran</a></th>")
    assert 'aria-sort="descending"' in by_number
    assert browser.get(FIGURES + "?sort=nothing").status_code == 200


@pytest.mark.parametrize(
    "query",
    ["?days=7", "?days=x", "?from=2026-99-01", "?from=3000-01-01", "?to=0001-01-01", "?kind=x"],
)
def test_what_makes_no_sense_gives_the_last_30_days(
    sqlite_service: Service, sign_in: SignIn, query: str
) -> None:
    put(sqlite_service)
    browser = sign_in("state")
    first, expected = (
        next(line for line in browser.page(FIGURES + each).splitlines() if "<p>From" in line)
        for each in (query, "")
    )
    assert first == expected


def test_charts_are_drawn_without_scripts(sqlite_service: Service, sign_in: SignIn) -> None:
    dispose(sqlite_service, put(sqlite_service, 2)[0])
    browser = sign_in("state")
    for chart, words in (
        ("time", ["Registered", "Closed"]),
        ("kinds", ["Theft", "Overdue now: 0"]),
    ):
        response = browser.get(f"{FIGURES}/{chart}.svg")
        assert response.mimetype == "image/svg+xml"
        drawn = fromstring(response.text)  # noqa: S314  # our own
        assert drawn.tag == f"{SVG}svg"
        assert not list(drawn.iter(f"{SVG}script"))
        assert not [name for each in drawn.iter() for name in each.attrib if "href" in name]
        texts = {"".join(each.itertext()) for each in drawn.iter(f"{SVG}text")}
        assert set(words) <= texts


def test_charts_stand_where_there_is_no_case(sign_in: SignIn) -> None:
    browser = sign_in("state")
    for page in ("", "/time.svg", "/kinds.svg", "/time.svg?days=365"):
        assert browser.get(FIGURES + page).status_code == 200


def test_tables_are_taken_along_whole(sqlite_service: Service, sign_in: SignIn) -> None:
    dispose(sqlite_service, put(sqlite_service, 3)[0])
    put(sqlite_service, 1, station=None)
    browser = sign_in("state", language="hi")
    response = browser.get(FIGURES + "/figures-places.csv")
    assert response.data.startswith(b"\xef\xbb\xbf")
    assert "attachment" in response.headers["Content-Disposition"]
    rows = table(response.text)
    assert [row[2:6] for row in rows[1:]] == [["1", "0", "", "0"], ["3", "1", "0.0", "0"]]
    assert rows[2][:2] == ["पटना", "गर्दनीबाग"]
    periods = table(browser.get(FIGURES + "/figures-time.csv").text)
    assert periods[-1][2:] == ["4", "1", "0"]
    assert browser.get(FIGURES + "/figures-stories.csv").status_code == 404


@pytest.mark.parametrize("evil", ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1"])
def test_nothing_in_a_table_is_taken_for_a_formula(
    sqlite_service: Service, sign_in: SignIn, evil: str
) -> None:
    """A station that the directory does not know is shown as it is kept."""
    put(sqlite_service, station=evil)
    rows = table(sign_in("state").get(FIGURES + "/figures-places.csv").text)
    assert rows[1][1] == f"'{evil}"


def test_places_where_nobody_serves_are_shown(sqlite_service: Service, sign_in: SignIn) -> None:
    put(sqlite_service)
    put(sqlite_service, 2, district="GAYA", station="5109001")
    state = sign_in("state")
    assert "without a supervisor: Gaya, Patna" in " ".join(state.page(FIGURES).split())
    assert "no officer is signed up: 2" in state.page(FIGURES)
    sign_in("station")
    sign_in("district")
    page = " ".join(state.page(FIGURES).split())
    assert "without a supervisor: Gaya</p>" in page
    assert "no officer is signed up: 1" in page


# --- For everybody


def test_everybody_reads_the_figures_of_the_state(
    sqlite_service: Service, browser: Browser
) -> None:
    put(sqlite_service, 7)
    put(sqlite_service, 2, kind="women_safety")
    put(sqlite_service, 4, kind="police_conduct", district="GAYA", station=None)
    response = browser.get("/desk/open/?lang=en")
    assert response.status_code == 200
    assert "public" in response.headers["Cache-Control"]
    assert "Set-Cookie" not in response.headers
    assert "Women's safety, police conduct (together)" in browser.page("/desk/open/?lang=en")
    assert "पटना" in browser.page("/desk/open/?lang=hi")
    rows = {row[0]: row[1:] for row in table(browser.get("/desk/open/figures.csv?lang=en").text)}
    # Patna has 9 cases and Gaya 4: of one hidden alone the sum would tell.
    assert rows["Bihar"] == ["13", "13", "0", "0", "0", "0", "–"]
    assert rows["Patna"][0] == rows["Gaya"][0] == "*"
    assert rows["Saran"][0] == "0"
    assert (rows["Theft"][0], rows["Women's safety, police conduct (together)"][0]) == ("7", "6")


@pytest.mark.parametrize(("closed", "median"), [(4, "–"), (5, "0")])
def test_a_median_is_told_of_five_cases_at_least(
    sqlite_service: Service, browser: Browser, closed: int, median: str
) -> None:
    for reference in put(sqlite_service, closed):
        dispose(sqlite_service, reference)
    rows = table(browser.get("/desk/open/figures.csv?lang=en").text)
    assert rows[-1][-1] == median


def test_open_figures_are_there_only_where_they_are_wanted(
    sqlite_database_url: str, fresh_redis_url: str, tmp_path: Path
) -> None:
    stores = {"database_url": sqlite_database_url, "redis_url": fresh_redis_url}
    production = {"env": "production", "webhook_key": "sesame", "sms_gateways": ""}
    for values, status in (
        (production, 404),
        ({**production, "open_figures": True}, 200),
        ({"open_figures": False}, 404),
    ):
        with service_with(**stores, data_dir=tmp_path, **values) as service:
            for page in ("/desk/open/", "/desk/open/figures.csv"):
                assert service.client.get(page).status_code == status
