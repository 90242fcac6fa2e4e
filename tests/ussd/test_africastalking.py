"""The provider's door: exact bytes in, exact bytes out."""

import pytest
from werkzeug.test import TestResponse

from tests.service import Service

pytestmark = pytest.mark.redis

FIRST = {
    "sessionId": "ATUid_0123456789abcdef0123456789abcdef",
    "phoneNumber": "+919800000001",
    "networkCode": "99999",
    "serviceCode": "*384*78527#",
    "text": "",
}
MENU = "CON पुकार: बिहार पुलिस\n1 शिकायत\n2 हाल जानें\n3 प्रमाण-पत्र, सत्यापन\n9 आगे\n0 बंद"
KINDS = "CON क्या हुआ?\n1 महिला सुरक्षा\n2 मारपीट, धमकी\n3 लापता\n4 चोरी\n5 साइबर ठगी\n9 आगे\n0 वापस"
NOT_THERE = "CON नंबर लिखकर भेजें।\n"
PIN = "CON डाक पिन कोड (6 अंक)?\n1 जिला चुनें\n2 जिला पता नहीं\n0 वापस"


def post(service: Service, **fields: str | None) -> TestResponse:
    form = {name: value for name, value in {**FIRST, **fields}.items() if value is not None}
    return service.client.post("/ussd/africastalking", data=form)


def test_the_first_request_gets_the_menu(service: Service) -> None:
    answer = post(service)
    assert answer.status_code == 200
    assert answer.headers["Content-Type"] == "text/plain; charset=utf-8"
    assert answer.data.decode() == MENU


def test_the_form_of_the_provider_as_it_comes_over_the_wire(service: Service) -> None:
    body = (
        "sessionId=ATUid_1&phoneNumber=%2B919800000001&networkCode=99999"
        "&serviceCode=%2A384%2A78527%23&text=1"
    )
    kind = "application/x-www-form-urlencoded"
    answer = service.client.post("/ussd/africastalking", data=body, content_type=kind)
    assert answer.text == KINDS


@pytest.mark.parametrize(
    "fields",
    [
        pytest.param({"text": None}, id="text missing"),
        pytest.param({"networkCode": None}, id="networkCode missing"),
        pytest.param({"serviceCode": None}, id="serviceCode missing"),
        pytest.param({"hops": "1", "phoneNumber2": "x"}, id="fields we do not know"),
        pytest.param({"phoneNumber": "09800000001"}, id="phone spelt as at home"),
    ],
)
def test_what_may_be_missing_or_new_does_no_harm(
    service: Service, fields: dict[str, str | None]
) -> None:
    assert post(service, **fields).text == MENU


@pytest.mark.parametrize(
    "fields",
    [
        {"sessionId": None},
        {"sessionId": " "},
        {"sessionId": "x" * 300},
        {"phoneNumber": None},
        {"phoneNumber": ""},
        {"phoneNumber": "abc"},
        {"phoneNumber": "12"},
        {"text": "x" * 10_001},
    ],
)
def test_a_malformed_call_gets_400_and_a_plain_line(
    service: Service, fields: dict[str, str | None]
) -> None:
    answer = post(service, **fields)
    assert answer.status_code == 400
    assert answer.mimetype == "text/plain"
    assert answer.text.count("\n") == 1
    assert "Traceback" not in answer.text


@pytest.mark.parametrize(
    ("text", "screen"),
    [
        pytest.param("1", KINDS, id="one input"),
        pytest.param("1*4", PIN, id="two inputs"),
        pytest.param("१*४", PIN, id="Devanagari digits"),
        pytest.param("1#", KINDS, id="the # of the service code"),
        pytest.param("1*4*", "CON 6 अंक लिखें।\n" + PIN[4:], id="an empty last input"),
        pytest.param("1**3", NOT_THERE + KINDS[4:30], id="an empty input"),
        pytest.param("77", NOT_THERE + MENU[4:30], id="a key that is not there"),
        pytest.param("98", NOT_THERE + MENU[4:30], id="a key of the provider"),
        pytest.param("0", "END धन्यवाद। खतरा हो तो 112 डायल करें।", id="back from the first"),
        pytest.param("1*0", MENU, id="back"),
        pytest.param("1*1*0*0*0", "END धन्यवाद। खतरा हो तो 112 डायल करें।", id="back and out"),
    ],
)
def test_inputs_that_come_with_the_first_request_are_walked(
    service: Service, text: str, screen: str
) -> None:
    assert post(service, text=text).text.startswith(screen)


@pytest.mark.parametrize(
    "story",
    [
        pytest.param("x" * 1000, id="1000 characters"),
        pytest.param("कल रात 9 बजे * सड़क पर # चोरी", id="star and hash"),
        pytest.param("चोर 😀 भाग गया", id="emoji"),
        pytest.param("साइकिल\x00\x07\r\n चोरी", id="control characters"),
        pytest.param("<script>alert(1)</script> %s {0} {reference}", id="markup and braces"),
        pytest.param("ज़मीन का झगड़ा", id="nukta"),
    ],
)
def test_a_story_arrives_whatever_is_in_it(service: Service, story: str) -> None:
    caller = service.caller().dials()
    for typed in ("1", "4", "800001", "1", story, "1"):
        caller.types(typed)
    assert caller.screen.startswith("शिकायत मिली: ")
    case = service.only_case()
    assert case.story.split() == story.replace("\x00", " ").replace("\x07", " ").split()


def test_only_posts_are_answered(service: Service) -> None:
    assert service.client.get("/ussd/africastalking").status_code == 405


def test_each_language_is_chosen_in_its_own_name_and_remembered(service: Service) -> None:
    caller = service.caller().dials().chooses("भाषा")
    assert caller.screen == "कौन सी भाषा?\n1 हिंदी\n2 Hindi\n3 English\n0 वापस"
    assert caller.types("3").screen.startswith("Pukar: Bihar Police\n1 Complaint\n2 Status\n")
    assert (
        caller.chooses("Language")
        .chooses("Hindi (ABC)")
        .screen.startswith("Pukar: Bihar Police\n1 Shikayat\n")
    )
    assert caller.types("1").screen.startswith("Kya hua?\n1 Mahila suraksha\n")
    caller.drops()
    assert "1 Shikayat" in service.caller().dials().screen
    assert "1 शिकायत" in service.caller("+919800000002").dials().screen
