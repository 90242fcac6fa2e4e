"""What is said for words: which clips, with which pauses."""

from audio.speech import Clip, Pause, Speech, speak
from core.language import Language
from core.text import Joined, Name, Slot, Text

HINDI = Language(
    code="hi",
    name=Name("Hindi", "हिंदी"),
    alphabet="Deva",
    order=1,
    messages={"Once more:": "फिर से:", "November": "नवंबर", "Welcome.": "स्वागत है।"},
    spoken={
        "Your number: {reference}": "आपका नंबर है {reference}",
        "Send it to {station}? Then press 1.": "{station} को भेजें? तो 1 दबाएं।",
        "Call {phone}.": "{phone} पर फ़ोन करें।",
        "On {date}, it was closed.": "{date} को, बंद हुआ।",
    },
    voice="hi",
)


def said(key: str, **slots: Slot) -> str:
    """Write a speech on one line: words, and pauses in brackets."""
    return written(speak(Text(key)(**slots), HINDI))


def written(speech: Speech) -> str:
    return " ".join(f"[{s.tenths}]" if isinstance(s, Pause) else s.text for s in speech)


def test_a_reference_number_is_said_twice_in_its_groups() -> None:
    once = "2 6 0 [3] 1 2 3 [3] 4 5 6 7"
    expected = f"आपका नंबर है {once} [5] फिर से: [3] {once}"
    assert said("Your number: {reference}", reference="260 123 4567") == expected


def test_a_phone_number_is_said_in_threes() -> None:
    expected = "9 8 0 [3] 1 2 3 [3] 4 5 6 7 पर फ़ोन करें।"
    assert said("Call {phone}.", phone="9801234567") == expected


def test_a_short_number_is_said_in_one_go() -> None:
    assert said("Call {phone}.", phone="1930") == "1 9 3 0 पर फ़ोन करें।"


def test_a_date_is_said_by_day_month_and_year() -> None:
    expected = "24 नवंबर 2026 को, बंद हुआ।"
    assert said("On {date}, it was closed.", date="24-11-2026") == expected


def test_what_is_counted_is_said_as_an_amount() -> None:
    assert said("{days} days, {fee} rupees", days=14, fee="120") == ("14 days, 1 hundred 20 rupees")
    assert said("Fee: {fee}.", fee="40250") == "Fee: 40 thousand 2 hundred 50"
    assert said("Up to {most}.", most=999_999) == "Up to 9 lakh 99 thousand 9 hundred 99"
    assert said("From {least}.", least=0) == "From 0"


def test_what_stands_between_stops_is_a_clip_of_its_own() -> None:
    assert said("{kind}. {what}: yes.", kind=Text("Theft"), what=Text("Welcome.")) == (
        "Theft [2] स्वागत है। [1] yes."
    )
    assert said("State: {state}.", state=Text("Theft")) == "State: [1] Theft"
    assert said("The {state}, {reason}", state=Text("Theft"), reason=Text("No")) == "The Theft, No"


def test_a_name_is_a_clip_of_its_own_spelt_as_the_language_spells() -> None:
    station = Name("Gardanibagh", "गर्दनीबाग")
    first, second = speak(Text("Send it to {station}? Then press 1.")(station=station), HINDI)
    assert first == Clip("Gardanibagh", "गर्दनीबाग")
    assert second == Clip("Send it to {station}? Then press 1.", "को भेजें? तो 1 दबाएं।")


def test_stops_become_pauses() -> None:
    both = Joined((Text("Welcome."), Text("Call {phone}.")(phone="112")))
    assert written(speak(both, HINDI)) == "स्वागत है। [2] 1 1 2 पर फ़ोन करें।"


def test_a_file_is_named_by_the_sentence_and_told_apart_by_its_words() -> None:
    clip, other = Clip("Your number:", "आपका नंबर"), Clip("Your number:", "आपकी संख्या")
    assert clip.name == f"your-number-{clip.id}"
    assert clip.id != other.id
