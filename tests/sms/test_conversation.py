"""What a citizen does by writing SMS, alone and together with USSD."""

from datetime import UTC, datetime, timedelta

import pytest
import time_machine

from casework.work import Work
from core.services import SERVICES
from tests.officer import STATE
from tests.service import Service, reference_on, registers
from tests.sms.texter import Texter

pytestmark = pytest.mark.redis

STORY = "कल रात मेरी साइकिल चोरी हो गई"
DIAL_FIRST = "खतरा है? 112 डायल करें।"
HELP = "भेजें: शिकायत, हाल, थाना। बाकी सब: पुकार। खतरा हो तो 112 -बिहार पुलिस"


@pytest.fixture
def texter(service: Service) -> Texter:
    return Texter(service)


def test_one_sms_with_pin_and_story_is_registered_after_a_yes(
    texter: Texter, service: Service
) -> None:
    texter.writes(f"शिकायत 800001 {STORY}")
    assert texter.reads == (
        "खतरा है? 112 डायल करें।\nजिला पटना।\nशिकायत भेजें? नंबर भेजें\n1 भेजें\n2 रद्द करें\n0 वापस"
    )
    assert service.parts.cases.newest() == []
    texter.writes("हाँ")
    case = service.only_case()
    assert texter.reads == (f"आवेदन {case.reference} मिला। नंबर लिख लें। यह अभी FIR नहीं है। -बिहार पुलिस")
    assert (case.story, case.channel, case.kind, case.station) == (STORY, "sms", "other", None)
    assert case.district
    assert len(texter.inbox) == 2


def test_a_complaint_is_asked_for_step_by_step(texter: Texter, service: Service) -> None:
    for text in ("SHIKAYAT", "chori", "800001", "kot", "1", "Raat mein cycle chori hui"):
        texter.writes(text)
    assert texter.reads.startswith("Chori. Kotwali, Patna.\nShikayat bhejein? Number bhejein\n1 ")
    texter.writes("1")
    assert service.only_case().reference in texter.reads


def test_what_was_told_along_is_not_asked_again(texter: Texter) -> None:
    texter.writes("शिकायत 800001")
    assert texter.reads.startswith("क्या हुआ?")
    texter.writes("4")
    assert texter.reads.startswith("पटना का थाना?")
    other = Texter(texter.service, "+919800000002").writes(f"शिकायत {STORY}")
    for text in ("4", "2"):
        other.writes(text)
    assert other.reads.startswith("चोरी। जगह पता नहीं।\nशिकायत भेजें?")


@pytest.mark.parametrize("text", ["{}", "STHITI {}", "स्थिति {}", "status{}"])
def test_the_status_comes_for_a_number(texter: Texter, service: Service, text: str) -> None:
    reference = registers(service.caller())
    texter.writes(text.format(reference))
    assert texter.reads.startswith(f"{reference[:3]} {reference[3:6]} {reference[6:]}: आवेदन मिला")
    stranger = Texter(service, "+919800000002").writes(text.format(reference))
    assert "आवेदन मिला" in stranger.reads or "Aavedan mila" in stranger.reads
    assert "गर्दनीबाग" not in stranger.reads


def test_a_mistyped_number_is_asked_for_again(texter: Texter, service: Service) -> None:
    reference = registers(service.caller())
    wrong = reference[:-1] + str((int(reference[-1]) + 1) % 10)
    assert texter.writes(wrong).reads.startswith("कोई अंक गलत है। फिर देखें।")
    assert "आवेदन मिला" in texter.writes(reference).reads


def test_stations_come_for_a_pin(texter: Texter) -> None:
    assert "गर्दनीबाग, पटना" in texter.writes("थाना 800001").reads
    assert "999999 नहीं मिला" in texter.writes("थाना 999999").reads
    assert "थाना 800001" in texter.writes("थाना").reads


def test_112_is_told_at_any_step_and_the_draft_stays(texter: Texter) -> None:
    for text in ("शिकायत", "4", "800001", "1"):
        texter.writes(text)
    assert texter.writes("112").reads == "खतरा है? अभी 112 डायल करें। -बिहार पुलिस"
    assert texter.writes(STORY).reads.startswith("चोरी। गर्दनीबाग, पटना।\nशिकायत भेजें?")


def test_a_draft_is_cancelled_by_a_word(texter: Texter, service: Service) -> None:
    for text in ("शिकायत", "4", "रद्द"):
        texter.writes(text)
    assert texter.reads.startswith("अधूरा आवेदन हटा दिया गया।")
    assert texter.writes("रद्द").reads.startswith("अधूरा आवेदन नहीं है।")
    assert service.caller().dials().screen.startswith("पुकार: बिहार पुलिस")


def test_what_is_not_understood_gets_help_at_most_once_an_hour(texter: Texter) -> None:
    with time_machine.travel(datetime.now(UTC), tick=False) as clock:
        assert texter.writes("नमस्ते").reads == HELP
        texter.writes("कोई है")
        assert len(texter.inbox) == 1
        texter.writes("मदद")
        assert len(texter.inbox) == 2
        clock.shift(timedelta(minutes=61))
        texter.writes("नमस्ते जी")
        assert len(texter.inbox) == 3


def test_a_draft_begun_on_ussd_is_finished_by_sms(texter: Texter, service: Service) -> None:
    caller = service.caller().dials()
    for typed in ("1", "4", "800001", "1"):
        caller.types(typed)
    caller.drops()
    assert texter.writes("नमस्ते").reads.startswith("बात यहां रुकी थी:\nक्या हुआ, कब, कहां?")
    assert texter.writes("1").reads.startswith("क्या हुआ, कब, कहां?")
    assert texter.writes(STORY).reads.startswith("चोरी। गर्दनीबाग, पटना।")
    texter.writes("भेजें")
    assert service.only_case().reference in texter.reads


def test_a_draft_begun_by_sms_is_finished_on_ussd(texter: Texter, service: Service) -> None:
    texter.writes(f"शिकायत 800001 {STORY}")
    caller = service.caller().dials()
    assert "बात यहां रुकी थी" in caller.screen
    caller.types("1")
    reference = reference_on(caller.types("1").screen)
    assert service.only_case().reference == reference
    assert service.only_case().story == STORY


def test_an_answer_counts_only_for_the_question_that_was_sent(
    texter: Texter, service: Service
) -> None:
    texter.writes(f"शिकायत 800001 {STORY}")
    caller = service.caller().dials().types("1").types("0").types("1").types("5").types("800001")
    caller.drops()
    texter.writes("1")
    assert texter.reads.startswith("बात यहां रुकी थी")
    assert service.parts.cases.newest() == []


def test_asking_for_a_status_leaves_the_draft_alone(texter: Texter, service: Service) -> None:
    reference = registers(service.caller())
    for text in ("शिकायत", "4", "800001"):
        texter.writes(text)
    assert "आवेदन मिला" in texter.writes(reference).reads
    assert texter.writes("नमस्ते").reads.startswith("बात यहां रुकी थी:\nपटना का थाना?")


def test_a_session_ends_after_a_day(texter: Texter) -> None:
    with time_machine.travel(datetime.now(UTC), tick=False) as clock:
        for text in ("शिकायत", "4"):
            texter.writes(text)
        clock.shift(timedelta(hours=25))
        assert texter.writes("हाँ जी").reads == HELP


def test_the_menu_and_each_language_are_a_word_away(texter: Texter) -> None:
    assert texter.writes("PUKAR").reads.startswith("Pukar: Bihar Police Number bhejein\n1 Shikayat")
    assert texter.writes("English").reads.startswith(
        "Pukar: Bihar Police Send the number.\n1 Complaint"
    )
    assert texter.writes("हिंदी").reads.startswith("पुकार: बिहार पुलिस नंबर भेजें\n1 शिकायत")


def test_the_script_of_the_first_sms_decides_how_we_write(service: Service) -> None:
    assert Texter(service, "+919800000003").writes("shikayat").reads.startswith("Kya hua?")
    assert Texter(service, "+919800000004").writes("शिकायत").reads.startswith("क्या हुआ?")
    assert Texter(service, "+919800000005").writes("112").reads.startswith("खतरा है?")


def test_a_repeated_message_is_answered_once(texter: Texter, service: Service) -> None:
    texter.writes(f"शिकायत 800001 {STORY}").writes("1")
    for _ in range(3):
        texter.sends_again()
    assert len(texter.inbox) == 2
    assert len(service.parts.cases.newest()) == 1


def test_two_machines_that_answer_each_other_are_stopped(texter: Texter) -> None:
    for _ in range(9):
        texter.writes("हमें आपका संदेश मिला, धन्यवाद")
    assert len(texter.inbox) == 2
    chatty = Texter(texter.service, "+919800000002")
    for number in range(70):
        chatty.writes(f"madad {number}")
    assert len(chatty.inbox) == 60
    assert chatty.writes("112").reads.startswith("Khatra hai? Abhi 112")
    assert chatty.writes("STOP").reads.startswith("Ab SMS nahin aayega.")


def test_a_helper_may_register_for_many_and_always_say_yes(
    texter: Texter, service: Service
) -> None:
    for number in range(6):
        texter.writes(f"शिकायत 800001 कल रात चोरी हुई {number}").writes("haan")
    assert len(service.parts.cases.newest()) == 6


@pytest.mark.parametrize("one", ["1", "१", "1.", "(1)", "no. 1", "No 1", "no1", "haan ji"])
def test_one_is_one_however_it_is_written(texter: Texter, service: Service, one: str) -> None:
    texter.writes(f"शिकायत 800001 {STORY}").writes(one)
    assert service.only_case().reference in texter.reads


def test_an_answer_that_others_have_overtaken_answers_nothing_else(
    texter: Texter, service: Service
) -> None:
    for text in ("शिकायत", "4"):
        texter.writes(text)
    late = service.parts.entrance.inbox.take_in("simulator", "late", texter.phone, "1")
    assert late
    texter.writes("800001")
    before = texter.reads
    with time_machine.travel(datetime.now(UTC) + timedelta(minutes=2), tick=False):
        service.parts.entrance.work_off()
    assert before.startswith("पटना का थाना?")
    assert texter.reads == before
    assert texter.writes("1").reads.startswith("क्या हुआ, कब, कहां?")


def test_a_sentence_after_help_is_answered_with_the_number_to_dial_in_danger(
    texter: Texter,
) -> None:
    texter.writes("मदद")
    assert texter.writes("मेरे पति मुझे मार रहे हैं").reads.startswith("खतरा है? अभी 112")
    texter.writes("कोई सुन रहा है क्या")
    assert len(texter.inbox) == 2


def test_an_answer_to_the_question_that_we_recalled_is_not_lost(
    texter: Texter, service: Service
) -> None:
    for text in ("शिकायत", "4", "800001", "1"):
        texter.writes(text)
    service.caller().dials().drops()
    assert texter.writes(STORY).reads.startswith("बात यहां रुकी थी:\nक्या हुआ, कब, कहां?")
    assert texter.writes(STORY).reads.startswith("चोरी। गर्दनीबाग, पटना।\nशिकायत भेजें?")


def test_the_words_of_keys_are_understood(texter: Texter) -> None:
    for text in ("शिकायत", "4", "800001"):
        texter.writes(text)
    first = texter.reads
    assert texter.writes("आगे").reads != first
    assert texter.writes("वापस").reads == first
    assert texter.writes("नहीं मिला").reads.startswith("क्या हुआ, कब, कहां?")
    assert texter.writes("वापस").reads.startswith("पटना का थाना?")


def test_a_menu_by_sms_has_no_exit_whose_word_would_stop_the_letters(texter: Texter) -> None:
    assert "बंद" not in texter.writes("पुकार").reads


def test_a_bare_pin_gives_the_stations(texter: Texter) -> None:
    texter.writes("थाना")
    assert texter.writes("800001").reads.startswith("डाक पिन 800001 के जिले के कुछ थाने:")


def test_a_number_that_is_too_short_is_said_to_be(texter: Texter) -> None:
    assert texter.writes("स्थिति 1234").reads.startswith("10 अंक लिखें।")


def test_a_status_by_sms_keeps_a_womens_station_to_itself(texter: Texter, service: Service) -> None:
    caller = service.caller().dials()
    for typed in ("1", "1", "800001", "1", "कल की बात है", "2", "4071"):
        caller.types(typed)
    reference = reference_on(caller.screen)
    texter.writes(reference)
    told = texter.writes("4071").reads
    assert "पटना" in told
    assert "महिला" not in told
    assert "महिला" in service.caller().dials(f"2*{reference}*4071").screen


def test_a_status_by_sms_keeps_the_station_of_a_case_that_an_officer_protects_to_itself(
    texter: Texter, service: Service
) -> None:
    reference = registers(service.caller())
    assert "गर्दनीबाग" in texter.writes(reference).reads
    Work(service.parts.cases.files).protect(STATE, reference, "women")
    assert "पटना" in texter.writes(reference).reads
    assert "गर्दनीबाग" not in texter.reads
    assert "गर्दनीबाग" in service.caller().dials(f"2*{reference}").screen


@pytest.mark.parametrize("letters", ["Band", "बंद"])
def test_the_first_letters_of_a_station_do_not_stop_the_letters(
    texter: Texter, service: Service, letters: str
) -> None:
    for text in ("शिकायत", "4", "800001"):
        texter.writes(text)
    assert "SMS नहीं आएगा" not in texter.writes(letters).reads
    assert service.parts.office.citizens.wants_letters(texter.phone)
    assert texter.writes("STOP").reads.startswith("अब SMS नहीं आएगा।")


@pytest.mark.parametrize(("text", "then"), [("haan", "शिकायत भेजें?"), ("nahin", "नंबर लिखकर भेजें।")])
def test_yes_or_no_to_a_draft_neither_sends_nor_discards_it(
    texter: Texter, service: Service, text: str, then: str
) -> None:
    texter.writes(f"शिकायत 800001 {STORY}")
    service.caller().dials().drops()
    assert texter.writes("नमस्ते").reads.startswith("बात यहां रुकी थी:")
    assert then in texter.writes(text).reads
    assert service.parts.cases.newest() == []
    assert "शिकायत भेजें?" in texter.reads


def test_a_service_is_begun_by_its_word_and_a_draft_stays(texter: Texter, service: Service) -> None:
    for text in ("शिकायत", "4", "800001"):
        texter.writes(text)
    assert texter.writes("लापता").reads.startswith("किसी को खतरा है?")
    assert texter.writes("JULUS").reads.startswith("आयोजक का नाम?")
    service.caller().dials().drops()
    assert "बात यहां रुकी थी" in texter.writes("नमस्ते").reads


def test_who_writes_more_than_the_word_is_told_first_what_to_dial_in_danger(
    texter: Texter,
) -> None:
    assert texter.writes("खो गया मेरा बच्चा").reads.startswith(f"{DIAL_FIRST}\nकिसी को खतरा है?")
    assert texter.writes("जुलूस की अनुमति चाहिए").reads.startswith(f"{DIAL_FIRST}\nआयोजक का नाम?")


def test_what_only_begins_like_a_service_begins_none(texter: Texter) -> None:
    assert texter.writes("kirayedar ne maara mujhe").reads.startswith("Ek shabd bhejein: SHIKAYAT")
    told = texter.writes("chaku mara hai khoon beh raha hai").reads
    assert told.startswith("Khatra hai? Abhi 112 dial karein.")


def test_a_mobile_number_that_is_mistyped_is_no_question_for_a_status(texter: Texter) -> None:
    for text in ("किरायेदार", "राम प्रसाद", "मोहन", "सोहन"):
        texter.writes(text)
    assert "मोबाइल" in texter.reads
    assert texter.writes("5812345678").reads.startswith("मोबाइल के 10 अंक लिखें।")
    assert "जिले" in texter.writes("9812345678").reads


def test_a_service_that_is_not_offered_leads_to_the_menu(texter: Texter) -> None:
    word = SERVICES["vehicle_lookup"].words[0]
    assert texter.writes(word).reads.startswith("Khoya ya lapata")


def test_the_name_of_what_is_chosen_from_a_list_begins_no_service(texter: Texter) -> None:
    texter.writes("पुकार").writes("अन्य सेवाएं")
    before = texter.reads
    assert "गुप्त सूचना" in before
    assert texter.writes("गुप्त सूचना").reads.startswith("SMS फोन में रह जाता है।")


def test_a_language_is_called_at_the_menu_and_where_nothing_is_asked(
    texter: Texter, service: Service
) -> None:
    assert texter.writes("English").reads.startswith("Pukar: Bihar Police Send the number.")
    texter.writes("complaint").writes("4")
    assert texter.writes("हिंदी").reads.startswith("Please type 6 digits.")
    assert Texter(service, "+919800000002").writes("Hindi").reads.startswith("Pukar: Bihar Police")
