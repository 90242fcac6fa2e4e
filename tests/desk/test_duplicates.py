"""Cases that tell of the same: proposed, judged by an officer, joined or set apart."""

from datetime import timedelta

import pytest

from casework.duplicates import (
    ALIKE_WITHIN,
    LEAST_LIKENESS,
    SAME_PHONE_WITHIN,
    likeness_of,
    telling_words,
)
from core.cases import Case, Move
from core.dialogue import Typed
from core.reference import grouped
from core.replies import Replies, Reply
from tests.desk.cases import change, form, found, register, spoken
from tests.desk.officers import PATNA, Browser, SignIn
from tests.service import Service

ALIKE = [
    (
        "गर्दनीबाग गेट के पास काली पल्सर मोटरसाइकिल चोरी हुई सुबह दस बजे",
        "मेरी काली पल्सर मोटरसाइकिल गर्दनीबाग गेट के पास से आज सुबह चोरी हो गई",
    ),
    (
        "पड़ोसी रामू यादव ने खेत की मेड़ तोड़ दी और मारपीट की",
        "रामू यादव ने हमारे खेत की मेड़ तोड़ दी और गाली देकर मारपीट की",
    ),
    (
        "मेरी बेटी सीता कुमारी सोमवार से लापता है स्कूल गई थी",
        "सीता कुमारी सोमवार को स्कूल गई थी तब से लापता है",
    ),
    (
        "बैंक मैनेजर बनकर फोन किया ओटीपी लिया और खाते से 50000 रुपये निकाल लिए",
        "ओटीपी लेकर खाते से पचास हजार रुपये निकाल लिए बैंक मैनेजर बनकर फोन किया था",
    ),
    (
        "pados ke Ramu Yadav ne khet ki med tod di aur marpit ki",
        "Ramu yadav ne hamara khet ka med tod diya aur maarpeet kiya",
    ),
]
# What often happens, in nearly the same words, to different people.
FALSE_FRIENDS = [
    ("कल रात मेरी साइकिल चोरी हो गई", "कल रात मेरी मोटरसाइकिल चोरी हो गई"),
    ("कल रात मेरी साइकिल चोरी हो गई", "कल रात मेरी साइकिल चोरी हो गई"),
    ("चोरी हो गई", "कल रात मेरी भैंस चोरी हो गई"),
    (
        "कल शाम बाजार में मेरा मोबाइल फोन छीन लिया",
        "कल शाम बाजार में मेरा पर्स छीन लिया",
    ),
    (
        "मेरी बेटी सीता कुमारी सोमवार से लापता है",
        "मेरी बेटी रीता कुमारी मंगलवार से लापता है",
    ),
    (
        "बैंक मैनेजर बनकर फोन किया ओटीपी लिया और खाते से 50000 रुपये निकाल लिए",
        "एटीएम बदलकर खाते से 20000 रुपये निकाल लिए",
    ),
    ("मेरे पति दारू पीकर मारपीट करते हैं", "मेरे भाई दारू पीकर मारपीट करते हैं"),
    ("मदद करो", "मदद करो"),
    ("", ""),
]
LONG = ALIKE[0]


def likeness(one: str, other: str) -> int:
    return likeness_of(telling_words(one), telling_words(other))


@pytest.mark.parametrize(("one", "other"), ALIKE, ids=range(len(ALIKE)))
def test_the_same_told_twice_is_alike(one: str, other: str) -> None:
    assert likeness(one, other) >= LEAST_LIKENESS
    assert likeness(one, other) == likeness(other, one)


@pytest.mark.parametrize(("one", "other"), FALSE_FRIENDS, ids=range(len(FALSE_FRIENDS)))
def test_what_happens_to_many_is_not(one: str, other: str) -> None:
    assert likeness(one, other) < LEAST_LIKENESS


def proposed(browser: Browser, case: Case) -> str:
    page = browser.page(f"/desk/case/{case.reference}")
    _, _, proposals = page.partition("Perhaps the same")
    return proposals.partition("</section>")[0]


@pytest.mark.redis
def test_the_same_phone_with_the_same_matter_within_days_is_proposed(
    sqlite_service: Service, sign_in: SignIn
) -> None:
    case = register(sqlite_service)
    near, old, other_matter, other_place, other_phone = (
        register(sqlite_service),
        register(sqlite_service),
        register(sqlite_service, kind="dispute"),
        register(sqlite_service, place=("GAYA", "5109001")),
        register(sqlite_service, phone="+919800000077"),
    )
    for each, days in ((near, 6), (old, 8)):
        change(sqlite_service, each, registered_at=case.registered_at - timedelta(days=days))
    assert timedelta(days=6) < SAME_PHONE_WITHIN < timedelta(days=8)
    shown = proposed(sign_in("state"), case)
    assert near.reference in shown
    assert "same phone, same matter" in shown
    for each in (old, other_matter, other_place, other_phone):
        assert each.reference not in shown


@pytest.mark.redis
def test_words_that_are_alike_nearby_are_proposed_also_those_that_were_heard(
    sqlite_service: Service, sign_in: SignIn
) -> None:
    case = register(sqlite_service, LONG[0])
    typed = register(sqlite_service, LONG[1], phone="+919800000002")
    heard = register(
        sqlite_service, spoken(sqlite_service, "spoken-1", b"RIFF"), phone="+919800000003"
    )
    old = register(sqlite_service, LONG[1], phone="+919800000004")
    change(
        sqlite_service, old, registered_at=case.registered_at - ALIKE_WITHIN - timedelta(hours=1)
    )
    browser = sign_in("station")
    assert heard.reference not in proposed(browser, case)
    browser.submit(f"/desk/case/{heard.reference}/hear/spoken-1", form(heard, heard=LONG[1]))
    shown = proposed(browser, case)
    assert typed.reference in shown
    assert heard.reference in shown
    assert "the words are alike" in shown
    assert old.reference not in shown


@pytest.mark.redis
def test_nobody_learns_by_a_proposal_of_a_case_he_does_not_read(
    sqlite_service: Service, sign_in: SignIn
) -> None:
    case = register(sqlite_service)
    masked = register(sqlite_service)
    change(sqlite_service, masked, protection="child")
    elsewhere = register(sqlite_service, place=(PATNA, "5117001"))
    browser = sign_in("station")
    assert proposed(browser, case) == ""
    for other in (masked, elsewhere):
        query = {"other": other.reference}
        refused = browser.get(f"/desk/case/{case.reference}/join", query_string=query)
        assert refused.status_code == 404
        sent = browser.submit(f"/desk/case/{case.reference}/join", form(case, **query))
        assert sent.status_code == 400
    assert elsewhere.reference in proposed(sign_in("district"), case)


@pytest.mark.redis
def test_joined_cases_go_together_and_both_citizens_are_told(
    sqlite_service: Service, sign_in: SignIn
) -> None:
    first = register(sqlite_service, LONG[0])
    second = register(sqlite_service, LONG[1], phone="+919800000002")
    browser = sign_in("station")
    path = f"/desk/case/{second.reference}/join"
    compared = browser.page(path, query_string={"other": first.reference})
    assert LONG[0] in compared
    assert LONG[1] in compared
    assert browser.submit(path, form(second, other=first.reference)).status_code == 303
    page = browser.page(f"/desk/case/{second.reference}")
    assert "goes where that one goes" in page
    assert "/move/" not in page
    leading = browser.page(f"/desk/case/{first.reference}/move/sent_to_station")
    assert "The citizens of 1 joined cases are told the same." in leading
    first = found(sqlite_service, first.reference)
    browser.submit(f"/desk/case/{first.reference}/move/sent_to_station", form(first, step="do"))
    for phone in ("+919800000001", "+919800000002"):
        assert "थाने भेजा गया" in sqlite_service.inbox(phone)[0]


@pytest.mark.redis
@pytest.mark.parametrize("is_follower", [True, False])
def test_what_was_joined_by_mistake_is_taken_apart(
    sqlite_service: Service, sign_in: SignIn, *, is_follower: bool
) -> None:
    first, second = register(sqlite_service), register(sqlite_service)
    browser = sign_in("station")
    browser.submit(f"/desk/case/{second.reference}/join", form(second, other=first.reference))
    case, other = (second, first) if is_follower else (first, second)
    page = browser.page(f"/desk/case/{case.reference}")
    assert page.count("Take apart") == 1
    assert "Take apart" not in sign_in("auditor").page(f"/desk/case/{case.reference}")
    late = form(case, other=other.reference)
    assert browser.submit(f"/desk/case/{case.reference}/apart", late).status_code == 409
    case = found(sqlite_service, case.reference)
    sent = browser.submit(f"/desk/case/{case.reference}/apart", form(case, other=other.reference))
    assert sent.status_code == 303
    for each in (first, second):
        page = browser.page(f"/desk/case/{each.reference}")
        assert "Found not to be the same" in page
        assert f"/desk/case/{each.reference}/move/sent_to_station" in page
        assert "Take apart" not in page


@pytest.mark.redis
def test_what_cannot_be_joined_says_what_to_do_first(
    sqlite_service: Service, sign_in: SignIn
) -> None:
    case, protected, closed = (register(sqlite_service) for _ in range(3))
    change(sqlite_service, protected, protection="secret")
    sqlite_service.parts.cases.move(closed.reference, Move("withdrawn", "somebody"))
    browser = sign_in("district")
    for other, why in (
        (protected, "The two are not protected in the same way; protect both alike first."),
        (closed, "The other case is closed; open it again first."),
    ):
        sent = form(case, other=other.reference)
        refused = browser.submit(f"/desk/case/{case.reference}/join", sent)
        assert refused.status_code == 400
        assert why in refused.text


@pytest.mark.redis
@pytest.mark.parametrize("leads", [True, False])
def test_the_number_of_a_joined_case_is_shown_to_who_may_see_it(
    sqlite_service: Service, sign_in: SignIn, *, leads: bool
) -> None:
    own = register(sqlite_service)
    far = register(sqlite_service, phone="+919800000002", place=(PATNA, "5117001"))
    supervisor, browser = sign_in("district"), sign_in("station")
    follower, leading = (far, own) if leads else (own, far)
    supervisor.submit(
        f"/desk/case/{follower.reference}/join", form(follower, other=leading.reference)
    )
    for to, details in (("sent_to_station", {}), ("need_information", {"question": "when"})):
        sqlite_service.parts.cases.move(leading.reference, Move(to, "somebody", None, details))
    reply = Reply(follower.reference, follower.phone, "a call", Typed("परसों"), "when")
    Replies(sqlite_service.parts.cases.files).answer(reply)
    path = f"/desk/case/{own.reference}"
    for page in (browser.page(path), browser.submit(f"{path}/note", form(own)).text):
        assert grouped(far.reference) not in page
        assert far.reference not in page
        assert page.count(">another case") == (2 if leads else 1)
        assert ("goes where that one goes." in page) != leads
    assert grouped(far.reference) in supervisor.page(path)
    assert ">another case" not in supervisor.page(path)


@pytest.mark.redis
def test_what_was_found_not_to_be_the_same_is_not_proposed_again(
    sqlite_service: Service, sign_in: SignIn
) -> None:
    first, second = register(sqlite_service), register(sqlite_service)
    browser = sign_in("station")
    assert first.reference in proposed(browser, second)
    path = f"/desk/case/{second.reference}/apart"
    assert browser.submit(path, form(second, other=first.reference)).status_code == 303
    assert proposed(browser, second) == ""
    assert proposed(browser, found(sqlite_service, first.reference)) == ""


@pytest.mark.redis
def test_closed_and_joined_cases_are_not_proposed(sqlite_service: Service, sign_in: SignIn) -> None:
    case, closed, joined, leading = (register(sqlite_service) for _ in range(4))
    sqlite_service.parts.cases.move(closed.reference, Move("withdrawn", "somebody"))
    browser = sign_in("station")
    browser.submit(f"/desk/case/{joined.reference}/join", form(joined, other=leading.reference))
    shown = proposed(browser, case)
    assert leading.reference in shown
    assert closed.reference not in shown
    assert joined.reference not in shown
