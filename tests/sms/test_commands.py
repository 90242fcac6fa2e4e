"""What an SMS asks for: forgiving of spelling, never guessing."""

import pytest

from core.services import SERVICES
from core.spelling import find_by_spelling, is_like
from sms.commands import CARRIER_WORDS, Amid, Command, Wanted, read_command
from tests.fakes import DIRECTORY

REF = "4829135706"
WORDS = [(service.key, word) for service in SERVICES.values() for word in service.words]


@pytest.mark.parametrize(
    "text",
    [
        *(REF, "482 913 5706", "482-913-5706", "४८२९१३५७०६", f" {REF}. ", f"({REF})"),
        *(f"STHITI {REF}", f"sthiti{REF}", f"Stithi: {REF}", f"sthithi - {REF}"),
        *(f"स्थिति {REF}", f"स्थिती {REF}", f"स्थिति{REF}", "स्थिति ४८२ ९१३ ५७०६"),
        *(f"STATUS {REF}", f"status  {REF}!", f"statas {REF}", f"STATUS\n{REF}", f"haal {REF}"),
    ],
)
def test_a_status_is_asked_for(text: str) -> None:
    assert read_command(text) == Command(Wanted.STATUS, REF)


@pytest.mark.parametrize(
    ("text", "pin", "story"),
    [
        ("शिकायत करनी है", "", ""),
        ("Shikayat darj karni hai.", "", ""),
        ("SHIKAYAT", "", ""),
        ("शिकायत", "", ""),
        ("sikayat", "", ""),
        ("Complain", "", ""),
        ("Shikayat 800001", "800001", ""),
        ("शिकायत ८००००१ कल रात चोरी हुई", "800001", "कल रात चोरी हुई"),
        ("SHIKAYAT, 800001: Kal raat chori hui.", "800001", "Kal raat chori hui"),
        ("shikayat800001 chori", "800001", "chori"),
        ("SHIKAYAT 500000 rupaye thag liye", "", "500000 rupaye thag liye"),
        ("शिकायत: कल चोरी हुई, पिन 800001", "800001", "कल चोरी हुई, पिन"),
        ("complaint My cycle (red) was stolen!", "", "My cycle (red) was stolen!"),
        ("शिकायत 5 लाख 500000 रुपये ले गए", "", "5 लाख 500000 रुपये ले गए"),
    ],
)
def test_a_complaint_brings_its_pin_and_its_story(text: str, pin: str, story: str) -> None:
    assert read_command(text) == Command(Wanted.COMPLAINT, pin, story)


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        *((text, Wanted.HELP) for text in ("HELP", "madad", "मदद!", "Madat", "help me", "हेल्प")),
        *((text, Wanted.CANCEL) for text in ("RADD", "radd.", "रद्द", "radd karo")),
        *((text, Wanted.MENU) for text in ("PUKAR", "पुकार", "menu")),
        *((text, Wanted.DANGER) for text in ("112", "११२", "112!", " 112 ", "1 1 2", "112 bhejo")),
        *((text, Wanted.STOP) for text in ("STOP", "stop.", "बंद करो", "band karo", "Unsubscribe")),
        *((text, Wanted.START) for text in ("START", "चालू करो", "chalu", "UNSTOP")),
    ],
)
def test_a_word_is_enough(text: str, wanted: Wanted) -> None:
    assert read_command(text) == Command(wanted)


@pytest.mark.parametrize(
    ("text", "pin"), [("THANA 800001", "800001"), ("थाना८४५४३८", "845438"), ("thana", "")]
)
def test_stations_are_asked_for_by_pin(text: str, pin: str) -> None:
    assert read_command(text) == Command(Wanted.STATIONS, pin)


@pytest.mark.parametrize(
    "text",
    [
        *("", "  ", "?", "1", "0", "800001", "9800000001", "namaste", "कल रात चोरी हो गई"),
        *("stop the thief who stays next door", "मदद करो मेरे पति ने मारा है", "बंद मकान में चोरी"),
        *("थाना वाले सुनते नहीं", "haal bura hai", "sath mein do log the", "help line number do na"),
    ],
)
def test_what_is_no_command_is_none(text: str) -> None:
    assert read_command(text) is None


@pytest.mark.parametrize(
    "text", ["शिकायत यह है कि", "help they beat me", "thana 800001 ke paas", "मदद करो", "radd karo"]
)
def test_in_the_middle_of_a_story_a_word_is_part_of_it(text: str) -> None:
    assert read_command(text, amid=Amid.STORY) is None


@pytest.mark.parametrize("text", ["112", "radd", "मदद", "STOP", REF])
def test_in_the_middle_of_a_story_what_stands_alone_is_a_command(text: str) -> None:
    assert read_command(text, amid=Amid.STORY) is not None


@pytest.mark.parametrize(
    "word",
    # Twilio, "Advanced Opt-Out" and the default keywords of long codes.
    [
        *("stop", "stopall", "unsubscribe", "cancel", "end", "quit", "revoke", "optout"),
        *("start", "yes", "unstop"),
    ],
)
def test_the_words_that_carriers_act_on_mean_nothing_else_to_us(word: str) -> None:
    command = read_command(word)
    assert command is None or word in CARRIER_WORDS[command.wanted]


@pytest.mark.parametrize("text", ["Band", "बंद", "Magadh", "Madan", "Tanrwa", "Hal", "शिका"])
def test_in_a_list_the_first_letters_of_a_name_are_no_command(text: str) -> None:
    assert read_command(text, amid=Amid.LIST) is None


@pytest.mark.parametrize("text", ["STOP", "112", "madad", "radd", "शिकायत", REF, "thana 800001"])
def test_in_a_list_a_command_as_it_is_spelt_is_one(text: str) -> None:
    assert read_command(text, amid=Amid.LIST) is not None


@pytest.mark.parametrize(("service", "word"), WORDS)
def test_every_service_is_called_by_its_words(service: str, word: str) -> None:
    for text in (word, word.upper(), f"{word}!"):
        assert read_command(text) == Command(Wanted.SERVICE, service=service)
    for text in (f"{word} chahiye", f" {word} karna hai", f"{word} के लिए"):
        assert read_command(text) == Command(Wanted.SERVICE, service=service, in_words=True)


@pytest.mark.parametrize(("service", "word"), WORDS)
def test_the_word_of_a_service_means_nothing_else(service: str, word: str) -> None:
    carriers = [each for words in CARRIER_WORDS.values() for each in (*words, "yes")]
    assert word.casefold() not in carriers
    others = [each for key, each in WORDS if key != service]
    assert not [each for each in others if is_like(word, each)]


@pytest.mark.parametrize(
    ("text", "service"),
    [
        ("lapta", "missing_person"),
        ("certifikate", "character_certificate"),
        ("LAPATA!", "missing_person"),
        ("गुमशुदा.", "missing_person"),
    ],
)
def test_the_word_of_a_service_may_be_misspelt(text: str, service: str) -> None:
    assert read_command(text) == Command(Wanted.SERVICE, service=service)


@pytest.mark.parametrize(
    ("text", "service"),
    [
        ("praman patra banwana hai", "character_certificate"),
        ("प्रमाण पत्र चाहिए", "character_certificate"),
        ("kirayedar satyapan karana hai", "tenant_verification"),
        ("kho gaya mobile", "lost_property"),
        ("गुम हो गया मेरा मोबाइल", "lost_property"),
        ("Lost my phone", "lost_property"),
        ("khatra hai", "emergency"),
    ],
)
def test_words_that_only_ask_for_it_may_follow_the_word_of_a_service(
    text: str, service: str
) -> None:
    assert read_command(text) == Command(Wanted.SERVICE, service=service, in_words=True)


@pytest.mark.parametrize(
    "text",
    [
        *("खो गया मेरा बच्चा", "gum ho gayi beti", "Lost my child", "lapata hai meri beti"),
        *("meri beti kho gayi hai", "बेटी खो गई है", "mera beta kal se gum hai", "Buzurg kho gaye"),
        *("kho gaya bachcha mera, 5 saal ka", "My mother is missing"),
    ],
)
def test_who_misses_somebody_is_not_asked_what_thing_is_lost(text: str) -> None:
    assert read_command(text) == Command(Wanted.SERVICE, service="missing_person", in_words=True)


@pytest.mark.parametrize(
    "text",
    [
        *("बुजुर्ग को घर से निकाल दिया", "lost my way and no bus comes here", "wahan chori hui"),
        *("khatra bahut bada hai yahan", "Guptaji ne mara", "last night", "gym"),
        *("kirayedar ne maara mujhe", "चालक ने छेड़ा", "buzurg ko mara", "julus me maar"),
        *("kand ho gaya", "vehicle chori ho gaya", "gupt rog hai", "kho gaya bhai ka mobile"),
        *("बेटी का मोबाइल खो गया", "lost my wife's ring"),
    ],
)
def test_a_sentence_that_begins_like_a_service_is_none(text: str) -> None:
    assert read_command(text) is None


@pytest.mark.parametrize("text", ["Gupta", "Khoya", "किरायेदार", "लापता मेरी बेटी", "julus", "Lost"])
def test_in_the_middle_of_a_story_no_word_calls_a_service(text: str) -> None:
    assert read_command(text, amid=Amid.STORY) is None


def test_in_place_of_a_number_ten_digits_are_no_command() -> None:
    for text in (REF, "58123 45678"):
        assert read_command(text, amid=Amid.NUMBER) is None
        assert read_command(f"haal {text}", amid=Amid.NUMBER) is not None


def test_in_a_list_the_word_of_a_service_hides_no_name() -> None:
    stations = [station.name for station in DIRECTORY.stations]
    districts = [district.name for district in DIRECTORY.districts]
    for _, word in WORDS:
        if read_command(word, amid=Amid.LIST) is None:
            continue
        spelt = [
            name
            for name in find_by_spelling(
                word, [*stations, *districts], lambda name: (name.latin, name.devanagari)
            )
            if word.casefold() in {name.latin.casefold(), name.devanagari}
        ]
        assert not spelt, word
    for letters in ("खो", "gum", "गुम", "Gupta", "Katra", "lo"):
        assert read_command(letters, amid=Amid.LIST) is None
