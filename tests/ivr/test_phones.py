"""The phones themselves, before a service of scripted documents."""

import json
import re
from collections.abc import Callable
from dataclasses import dataclass, field

import pytest
from flask import Flask, Response, request
from twilio.request_validator import RequestValidator

from tests.ivr.africastalking_phone import AfricasTalkingPhone
from tests.ivr.phones import Phone
from tests.ivr.twilio_phone import TwilioPhone

TOKEN = "12345"
VOICE = b"RIFF...."
END = "<Say>Bye</Say>"
WORDS = {"/audio/menu.wav": "मेनू", "/audio/bye.wav": "अलविदा"}
TWILIO_ASKS = '<Gather action="/next" numDigits="1"><Play>/audio/menu.wav</Play></Gather>'
TWILIO_RECORDS = '<Record action="/next" maxLength="60"/>'
TELLS = 'recordingStatusCallback="/recorded"'
AT_ASKS = (
    '<GetDigits numDigits="1" timeout="5" callbackUrl="http://localhost/next">'
    '<Play url="http://localhost/audio/menu.wav"/></GetDigits>'
)
AT_RECORDS = (
    '<Record finishOnKey="#" timeout="5" maxLength="60" callbackUrl="http://localhost/next"/>'
)


@dataclass
class Scripted:
    """A service that answers each path with the document it is told to, and remembers the posts."""

    documents: dict[str, str] = field(default_factory=dict)
    posts: list[tuple[str, dict[str, str]]] = field(default_factory=list)
    tokens: list[str] = field(default_factory=list)
    unsigned: list[str] = field(default_factory=list)
    content_type: str = "text/xml; charset=utf-8"
    status: int = 200

    def answer(self, path: str) -> Response:
        self.posts.append((f"/{path}", request.values.to_dict()))
        self.tokens.append(request.headers.get("I-Twilio-Idempotency-Token", ""))
        signature = request.headers.get("X-Twilio-Signature", "")
        url = f"http://localhost{request.environ['RAW_URI']}"  # request.url has lost its escapes
        if not RequestValidator(TOKEN).validate(url, request.form, signature):
            self.unsigned.append(path)
        body = self.documents.get(f"/{path}", "")
        document = body if body.startswith("<?xml") else f"<Response>{body}</Response>"
        return Response(document, self.status, content_type=self.content_type)

    @property
    def paths(self) -> list[str]:
        return [path for path, _ in self.posts]

    @property
    def last(self) -> dict[str, str]:
        return self.posts[-1][1]

    def posted_to(self, path: str) -> dict[str, str]:
        """Give the only post to a path."""
        [fields] = [fields for posted, fields in self.posts if posted == path]
        return fields

    def app(self) -> Flask:
        app = Flask("scripted")
        app.add_url_rule("/<path:path>", view_func=self.answer, methods=["GET", "POST"])
        return app


@pytest.fixture
def scripted() -> Scripted:
    return Scripted()


@pytest.fixture
def twilio(scripted: Scripted) -> TwilioPhone:
    return TwilioPhone(scripted.app().test_client(), auth_token=TOKEN, words=WORDS.__getitem__)


@pytest.fixture
def africas(scripted: Scripted) -> AfricasTalkingPhone:
    return AfricasTalkingPhone(scripted.app().test_client(), words=WORDS.__getitem__)


Both = tuple[Phone, Callable[..., None]]


@pytest.fixture(params=["twilio", "africastalking"])
def both(request: pytest.FixtureRequest, scripted: Scripted) -> Both:
    """Either phone, and what sets the documents of its first address and of the next."""
    is_twilio = request.param == "twilio"
    phone: Phone = request.getfixturevalue("twilio" if is_twilio else "africas")
    asks, records = (TWILIO_ASKS, TWILIO_RECORDS) if is_twilio else (AT_ASKS, AT_RECORDS)

    def answers(first: str, following: str = END) -> None:
        named = {"ASKS": asks, "RECORDS": records}
        documents = [re.sub("ASKS|RECORDS", lambda m: named[m[0]], d) for d in (first, following)]
        scripted.documents |= {f"/ivr/{request.param}": documents[0], "/next": documents[1]}

    return phone, answers


# --- What both phones do


def test_a_call_is_played_up_to_where_keys_are_awaited(both: Both, scripted: Scripted) -> None:
    phone, answers = both
    answers("<Say>Welcome</Say>ASKS")

    phone.dials()

    assert phone.heard == "Welcome मेनू"
    assert phone.played == ["/audio/menu.wav"]
    assert phone.awaits == "keys"
    assert not phone.is_over
    assert len(scripted.posts) == 1


def test_keys_lead_to_the_next_document_and_the_call_ends_with_the_last(both: Both) -> None:
    phone, answers = both
    answers("ASKS")

    phone.dials().presses("4")

    assert phone.heard == "Bye"
    assert phone.played == []
    assert phone.awaits == ""
    assert phone.is_over


def test_keys_after_an_input_has_ended_are_lost(both: Both, scripted: Scripted) -> None:
    phone, answers = both
    answers("ASKS", "ASKS")

    phone.dials().presses("47")

    assert phone.lost == "7"
    assert phone.awaits == "keys"
    assert "7" not in scripted.last.values()


def test_early_keys_count_where_the_prompt_is_nested(both: Both) -> None:
    phone, answers = both
    answers("ASKS")

    assert phone.dials().presses_early("4").heard == "Bye"


@pytest.mark.parametrize(
    ("kind", "gather"),
    [
        ("twilio", '<Gather action="/next"/>'),
        ("africastalking", AT_RECORDS),
        ("twilio", TWILIO_RECORDS),
    ],
    ids=["Twilio's Gather", "Africa's Talking's Record", "Twilio's Record"],
)
def test_early_keys_are_lost_where_it_is_not(
    kind: str,
    gather: str,
    scripted: Scripted,
    twilio: TwilioPhone,
    africas: AfricasTalkingPhone,
) -> None:
    scripted.documents[f"/ivr/{kind}"] = f"<Say>Press a key</Say>{gather}"
    phone = (twilio if kind == "twilio" else africas).dials()

    phone.presses_early("4")

    assert phone.awaits
    assert phone.lost == "4"
    assert len(scripted.posts) == 1


def test_silence_falls_through_to_the_next_element(both: Both, scripted: Scripted) -> None:
    phone, answers = both
    answers("ASKS<Say>Nothing pressed</Say>")

    phone.dials().stays_silent()

    assert phone.heard == "Nothing pressed"
    assert phone.is_over
    assert "/next" not in scripted.paths


def test_a_webhook_posted_again_gets_the_same_document(both: Both, scripted: Scripted) -> None:
    phone, answers = both
    answers("ASKS", "ASKS")
    phone.dials().presses("4")

    phone.repeats()

    assert scripted.posts[-1] == scripted.posts[-2]
    assert scripted.tokens[-1] == scripted.tokens[-2]
    assert phone.awaits == "keys"


def test_another_answer_to_the_same_webhook_fails(both: Both) -> None:
    phone, answers = both
    answers("ASKS")
    phone.dials()
    answers("<Say>Other</Say>ASKS")

    with pytest.raises(AssertionError, match="another answer"):
        phone.repeats()


def test_speech_is_recorded_until_the_finish_key(both: Both, scripted: Scripted) -> None:
    phone, answers = both
    answers("RECORDS")
    assert phone.dials().awaits == "voice"

    phone.speaks(VOICE)

    assert phone.heard == "Bye"
    fields = scripted.posts[1][1]
    url = fields.get("RecordingUrl") or fields["recordingUrl"]
    assert phone.recording_at(url) == VOICE
    assert phone.recording_at("/another.mp3") is None


def test_a_key_that_ends_no_recording_is_lost(both: Both, scripted: Scripted) -> None:
    phone, answers = both
    answers("RECORDS")
    scripted.documents["/ivr/twilio"] = '<Record action="/next" finishOnKey="#"/>'
    phone.dials()

    phone.presses("5")

    assert phone.awaits == "voice"
    assert phone.lost == "5"
    assert phone.presses("5#").lost == "5"
    assert phone.is_over


def test_who_hangs_up_ends_the_call(both: Both) -> None:
    phone, answers = both
    answers("ASKS")

    phone.dials().hangs_up()

    assert phone.is_over
    assert phone.awaits == ""
    with pytest.raises(AssertionError, match="nothing is awaited"):
        phone.presses("1")
    with pytest.raises(AssertionError, match="no call"):
        phone.hangs_up()


def test_a_phone_can_call_again(both: Both) -> None:
    phone, answers = both
    answers("ASKS")
    first = phone.dials().session
    phone.hangs_up()

    phone.dials()

    assert not phone.is_over
    assert phone.session != first


def test_a_refused_call_is_over(both: Both) -> None:
    phone, answers = both
    answers("<Reject/>")

    phone.dials()

    assert phone.rejected
    assert phone.is_over


def test_a_refusal_after_words_fails(both: Both) -> None:
    phone, answers = both
    answers(f"{END}<Reject/>")

    with pytest.raises(AssertionError, match="Reject"):
        phone.dials()


def test_a_call_that_was_not_ordered_cannot_be_answered(both: Both) -> None:
    phone, _ = both
    with pytest.raises(AssertionError, match="ordered no call"):
        phone.answers()


def test_a_call_can_be_ordered_during_another(both: Both) -> None:
    phone, answers = both
    answers("ASKS")
    session = phone.dials().session

    phone.is_called("http://localhost/next")

    assert phone.session == session
    assert phone.orders[0].session in phone.api_answer
    assert phone.hangs_up().answers().heard


def test_audio_is_fetched_where_it_must_be_there(scripted: Scripted) -> None:
    scripted.documents["/ivr/twilio"] = TWILIO_ASKS
    phone = TwilioPhone(scripted.app().test_client(), auth_token=TOKEN, fetches_audio=True)

    with pytest.raises(AssertionError, match="is text/xml"):
        phone.dials()


def test_audio_that_is_there_is_heard_and_that_of_others_is_named(scripted: Scripted) -> None:
    app = scripted.app()
    app.add_url_rule("/audio/a.wav", view_func=lambda: Response(VOICE, mimetype="audio/wav"))
    scripted.documents["/ivr/twilio"] = "<Play>/audio/a.wav</Play><Play>https://a.in/b.wav</Play>"
    phone = TwilioPhone(app.test_client(), auth_token=TOKEN, fetches_audio=True)

    assert phone.dials().heard == "/audio/a.wav https://a.in/b.wav"


@pytest.mark.parametrize(
    ("document", "complaint"),
    [
        pytest.param("<Speak>Bye</Speak>", "no element", id="an unknown element"),
        pytest.param('<Say loudly="true">Bye</Say>', "no attribute", id="an unknown attribute"),
        pytest.param("<Say>", "no XML", id="no XML"),
        pytest.param("<Say>\x0b</Say>", "nobody prints", id="a control character"),
        pytest.param("<Say>&#133;</Say>", "unprintable", id="a control character in disguise"),
        pytest.param("<Say></Say>", "nothing within", id="nothing to say"),
        pytest.param("Hello", "text within Response", id="bare text"),
        pytest.param("<Reject/>Hello", "text after Reject", id="text between elements"),
        pytest.param("<Say>A<Say>B</Say></Say>", "cannot stand within", id="a child too many"),
        pytest.param("<Say>नमस्ते</Say>", "no voice", id="Hindi for an English voice"),
    ],
)
def test_what_no_provider_takes_fails(both: Both, document: str, complaint: str) -> None:
    phone, answers = both
    answers(document)

    with pytest.raises(AssertionError, match=complaint):
        phone.dials()


@pytest.mark.parametrize("content_type", ["text/html", "application/json", "text/xml"])
def test_another_content_type_fails(both: Both, scripted: Scripted, content_type: str) -> None:
    phone, answers = both
    answers("ASKS")
    scripted.content_type = content_type

    with pytest.raises(AssertionError, match=r"XML|xml"):
        phone.dials()


@pytest.mark.parametrize("status", [201, 302, 500])
def test_another_status_fails(both: Both, scripted: Scripted, status: int) -> None:
    phone, answers = both
    answers("ASKS")
    scripted.status = status

    with pytest.raises(AssertionError, match="no document"):
        phone.dials()


def test_another_root_fails(both: Both) -> None:
    phone, answers = both
    answers("<?xml version='1.0'?><Answer/>")

    with pytest.raises(AssertionError, match="no Response"):
        phone.dials()


# --- Twilio


def test_twilio_signs_all_it_posts(twilio: TwilioPhone, scripted: Scripted) -> None:
    scripted.documents |= {
        "/ivr/twilio": f'<Redirect method="GET">/menu?a=1</Redirect>{END}',
        "/menu": TWILIO_ASKS.replace("/next", "/next?step=2&amp;x=y"),
    }

    twilio.dials().presses("4")

    assert scripted.paths == ["/ivr/twilio", "/menu", "/next", "/ivr/twilio/status"]
    assert scripted.unsigned == []
    assert len(set(scripted.tokens)) == 4
    assert scripted.posts[2][1]["Digits"] == "4"


def test_twilio_hangs_up(twilio: TwilioPhone, scripted: Scripted) -> None:
    scripted.documents["/ivr/twilio"] = f"<Say>Before</Say><Hangup/>{END}"

    assert twilio.dials().heard == "Before"
    assert twilio.is_over


def test_twilio_tells_who_calls_whom(twilio: TwilioPhone, scripted: Scripted) -> None:
    twilio.dials()

    first, end = (fields for _, fields in scripted.posts)
    assert first["CallSid"] == twilio.session
    assert (first["From"], first["To"]) == ("+919800000001", "+916120000000")
    assert (first["CallStatus"], first["Direction"]) == ("ringing", "inbound")
    assert (end["CallStatus"], end["CallDuration"], end["Duration"]) == ("completed", "42", "1")
    assert end["SequenceNumber"] == "0"


def test_twilio_posts_an_empty_result_where_it_is_asked_to(
    twilio: TwilioPhone, scripted: Scripted
) -> None:
    asks = TWILIO_ASKS.replace("<Gather", '<Gather actionOnEmptyResult="true"')
    scripted.documents |= {"/ivr/twilio": f"{asks}{END}", "/next": f"{asks}<Hangup/>"}

    twilio.dials().stays_silent()
    assert scripted.last["Digits"] == ""

    twilio.presses("#")
    assert scripted.last["Digits"] == ""
    assert twilio.lost == ""
    assert not twilio.is_over


def test_twilio_takes_keys_until_the_finish_key(twilio: TwilioPhone, scripted: Scripted) -> None:
    scripted.documents["/ivr/twilio"] = '<Gather action="/next"/>'

    twilio.dials().presses("800001#9")

    assert scripted.posted_to("/next")["Digits"] == "800001"
    assert twilio.lost == "9"


def test_twilio_without_a_finish_key_takes_all_keys(
    twilio: TwilioPhone, scripted: Scripted
) -> None:
    scripted.documents["/ivr/twilio"] = '<Gather action="/next" finishOnKey="" timeout="3"/>'

    twilio.dials().presses("1#2")

    assert scripted.posted_to("/next")["Digits"] == "1#2"


def test_twilio_tells_of_a_recording_and_later_that_it_has_arrived(
    twilio: TwilioPhone, scripted: Scripted
) -> None:
    twilio.api_url = "http://127.0.0.1:9"
    scripted.documents["/ivr/twilio"] = TWILIO_RECORDS.replace("<Record", f"<Record {TELLS}")

    twilio.dials().speaks(VOICE, seconds=9)

    fields = scripted.posted_to("/next")
    sid = fields["RecordingSid"]
    assert twilio.recordings == {sid: VOICE}
    assert fields["RecordingUrl"] == (
        f"http://127.0.0.1:9/2010-04-01/Accounts/{twilio.account_sid}/Recordings/{sid}"
    )
    assert (fields["RecordingDuration"], fields["Digits"]) == ("9", "#")
    assert "/recorded" not in scripted.paths

    twilio.recording_arrives()

    arrived = scripted.posted_to("/recorded")
    assert (arrived["RecordingSid"], arrived["CallSid"]) == (sid, twilio.session)
    assert arrived["RecordingStatus"] == "completed"
    assert scripted.unsigned == []
    with pytest.raises(AssertionError, match="no recording is underway"):
        twilio.recording_arrives()


def test_twilio_can_have_a_recording_before_it_tells_that_it_ended(
    twilio: TwilioPhone, scripted: Scripted
) -> None:
    scripted.documents["/ivr/twilio"] = TWILIO_RECORDS.replace("<Record", f"<Record {TELLS}")

    twilio.dials().speaks(VOICE, arrives_first=True)

    assert scripted.paths[1:3] == ["/recorded", "/next"]


def test_twilio_cuts_what_is_longer_than_allowed(twilio: TwilioPhone, scripted: Scripted) -> None:
    scripted.documents["/ivr/twilio"] = TWILIO_RECORDS

    twilio.dials().speaks(VOICE, seconds=100)

    fields = scripted.posted_to("/next")
    assert (fields["RecordingDuration"], fields["Digits"]) == ("60", "")


def test_twilio_goes_on_after_an_empty_recording(twilio: TwilioPhone, scripted: Scripted) -> None:
    record = TWILIO_RECORDS.replace("<Record", f"<Record {TELLS}")
    absent = record.replace("<Record", '<Record recordingStatusCallbackEvent="completed absent"')
    scripted.documents["/ivr/twilio"] = f"{record}<Say>Once more</Say>{absent}{END}"

    assert twilio.dials().says_nothing().heard == "Once more"
    assert twilio.awaits == "voice"
    assert twilio.stays_silent().heard == "Bye"

    assert "/next" not in scripted.paths
    twilio.recording_arrives()
    assert scripted.posted_to("/recorded")["RecordingStatus"] == "absent"
    assert twilio.recordings == {}


def test_twilio_tells_of_a_recording_that_ended_with_the_call(
    twilio: TwilioPhone, scripted: Scripted
) -> None:
    scripted.documents |= {"/ivr/twilio": TWILIO_RECORDS, "/next": END}

    twilio.dials().speaks(VOICE, until="hangup")

    fields = scripted.posted_to("/next")
    assert (fields["Digits"], fields["CallStatus"]) == ("hangup", "completed")
    assert twilio.is_over
    assert twilio.heard == ""
    assert scripted.paths[-1] == "/ivr/twilio/status"


def test_twilio_connects_with_another_number_and_goes_on_afterwards(
    twilio: TwilioPhone, scripted: Scripted
) -> None:
    number = '<Dial action="/next" callerId="+916120000000"><Number>+916122201977</Number></Dial>'
    scripted.documents |= {"/ivr/twilio": number, "/next": END}

    twilio.dials()
    assert twilio.connected_to == "+916122201977"
    assert not twilio.is_over
    twilio.dial_ends("busy")

    fields = scripted.posted_to("/next")
    assert (fields["DialCallStatus"], fields["DialCallDuration"]) == ("busy", "0")
    assert twilio.heard == "Bye"
    assert twilio.connected_to == ""


def test_twilio_goes_on_after_a_dial_without_action(
    twilio: TwilioPhone, scripted: Scripted
) -> None:
    scripted.documents["/ivr/twilio"] = f"<Dial>+916122201977</Dial>{END}"

    assert twilio.dials().dial_ends().heard == "Bye"


def test_twilio_tells_of_a_dial_that_ended_with_the_call(
    twilio: TwilioPhone, scripted: Scripted
) -> None:
    scripted.documents["/ivr/twilio"] = '<Dial action="/next">+916122201977</Dial>'

    twilio.dials().hangs_up()

    assert scripted.posted_to("/next")["CallStatus"] == "completed"
    assert scripted.paths[-1] == "/ivr/twilio/status"


@pytest.mark.parametrize(
    ("attribute", "status"), [('reason="busy"', "busy"), ("", "no-answer")], ids=["busy", "refused"]
)
def test_twilio_tells_how_a_call_was_refused(
    twilio: TwilioPhone, scripted: Scripted, attribute: str, status: str
) -> None:
    scripted.documents["/ivr/twilio"] = f"<Reject {attribute}/>"

    twilio.dials()

    assert scripted.posted_to("/ivr/twilio/status")["CallStatus"] == status


@pytest.mark.parametrize(
    ("document", "complaint"),
    [
        pytest.param('<Gather numDigits="1"/>', "lacks", id="a Gather without action"),
        pytest.param("<Record/>", "lacks", id="a Record without action"),
        pytest.param("<Redirect/>", "nothing within", id="a Redirect to itself"),
        pytest.param("<Redirect>/ivr/twilio</Redirect>", "in a circle", id="a circle"),
        pytest.param('<Gather action="/a" numDigits="0"/>', "not a value", id="no digits"),
        pytest.param('<Gather action="/a" timeout="1.5"/>', "not a value", id="half a second"),
        pytest.param('<Gather action="/a" finishOnKey="##"/>', "not a value", id="two keys"),
        pytest.param('<Gather action="/अ"/>', "not a value", id="an address that is no ASCII"),
        pytest.param('<Gather action="/a#rc=9"/>', "not a value", id="too many retries"),
        pytest.param('<Gather action="http://a_b/"/>', "not a value", id="an underscore in a host"),
        pytest.param('<Gather action="/a" input="speech"/>', "no keys", id="speech only"),
        pytest.param('<Gather action="/a"><Gather/></Gather>', "cannot stand", id="two inputs"),
        pytest.param('<Record action="/a" maxLength="1"/>', "not a value", id="one second"),
        pytest.param('<Record action="/a" trim="yes"/>', "not a value", id="an unknown word"),
        pytest.param("<Dial>112</Dial>", "not a number", id="a number that is not E.164"),
        pytest.param("<Dial/>", "nothing within", id="nobody to dial"),
        pytest.param('<Dial callerId="+911">+916122201977</Dial>', "not a value", id="no callerId"),
        pytest.param("<Number>+916122201977</Number>", "cannot stand alone", id="a bare Number"),
        pytest.param("<Redirect>http://elsewhere/</Redirect>", "not an address of", id="elsewhere"),
        pytest.param(
            '<Say voice="Polly.Joanna">नमस्ते</Say>', "no voice for Hindi", id="an English voice"
        ),
    ],
)
def test_what_twilio_does_not_take_fails(
    twilio: TwilioPhone, scripted: Scripted, document: str, complaint: str
) -> None:
    scripted.documents["/ivr/twilio"] = document

    with pytest.raises(AssertionError, match=complaint):
        twilio.dials()


def test_twilio_speaks_hindi_and_heeds_how_to_connect(
    twilio: TwilioPhone, scripted: Scripted
) -> None:
    hindi = '<Say voice="Polly.Aditi" language="hi-IN">नमस्ते</Say>'
    asks = f'<Gather action="/next#rc=2&amp;rp=all">{hindi}<Pause length="1"/></Gather>'
    scripted.documents["/ivr/twilio"] = asks

    twilio.dials().presses("1")

    assert scripted.unsigned == []
    assert scripted.paths[1] == "/next"


ORDER = [
    ("To", "+919800000001"),
    ("From", "+916120000000"),
    ("Url", "http://localhost/out?token=abc"),
    ("StatusCallback", "http://localhost/out/status"),
    *(("StatusCallbackEvent", event) for event in ("initiated", "ringing", "answered")),
    ("StatusCallbackEvent", "completed"),
]


def test_twilio_calls_and_tells_of_each_step(twilio: TwilioPhone, scripted: Scripted) -> None:
    scripted.documents |= {"/out": TWILIO_ASKS, "/next": END}
    twilio.is_called(ORDER)
    sid = json.loads(twilio.api_answer)["sid"]
    assert scripted.posts == []

    twilio.answers().presses("1")

    statuses = [fields for path, fields in scripted.posts if path == "/out/status"]
    assert [each["CallStatus"] for each in statuses] == [
        "initiated",
        "ringing",
        "in-progress",
        "completed",
    ]
    assert [each["SequenceNumber"] for each in statuses] == ["0", "1", "2", "3"]
    first = scripted.posted_to("/out")
    assert first["token"] == "abc"
    assert (first["CallSid"], first["Direction"]) == (sid, "outbound-api")
    assert (first["From"], first["To"]) == ("+916120000000", "+919800000001")
    assert scripted.unsigned == []


@pytest.mark.parametrize("status", ["busy", "no-answer"])
def test_twilio_tells_that_she_was_not_reached(
    twilio: TwilioPhone, scripted: Scripted, status: str
) -> None:
    only_the_end = [pair for pair in ORDER if pair[0] != "StatusCallbackEvent"]
    twilio.is_called(only_the_end)

    twilio.is_busy() if status == "busy" else twilio.does_not_answer()

    assert scripted.paths == ["/out/status"]
    assert scripted.last["CallStatus"] == status
    assert twilio.is_over


@pytest.mark.parametrize(
    "change",
    [{"To": "+911111111111"}, {"Url": "/out"}, {"Timeout": "601"}, {"Colour": "red"}],
    ids=str,
)
def test_an_order_that_twilio_does_not_take_fails(
    twilio: TwilioPhone, change: dict[str, str]
) -> None:
    with pytest.raises(AssertionError):
        twilio.is_called({**dict(ORDER), **change})


# --- Africa's Talking


def test_africas_talking_tells_who_calls_whom(
    africas: AfricasTalkingPhone, scripted: Scripted
) -> None:
    africas.key = "a key"
    scripted.documents |= {"/ivr/africastalking": AT_ASKS, "/next": END}

    africas.dials().presses("4")

    first, pressed, end = (fields for _, fields in scripted.posts)
    assert scripted.paths == ["/ivr/africastalking", "/next", "/ivr/africastalking"]
    assert first["key"] == end["key"] == "a key"
    assert {first["sessionId"], end["sessionId"]} == {africas.session}
    assert (first["callerNumber"], first["destinationNumber"]) == (
        "+919800000001",
        "+916120000000",
    )
    assert (first["isActive"], first["direction"]) == ("1", "Inbound")
    assert (first["callStartTime"], first["clientRequestId"]) == ("None", "None")
    assert re.fullmatch(r"\d{4}-\d\d-\d\d\+\d\d:\d\d:\d\d", pressed["callStartTime"])
    assert (pressed["dtmfDigits"], pressed["callSessionState"]) == ("4", "Answered")
    assert (end["isActive"], end["callSessionState"]) == ("0", "Completed")
    assert (end["durationInSeconds"], end["hangupCause"]) == ("42", "NORMAL_CLEARING")
    assert (end["recordingUrl"], end["dialDestinationNumber"]) == ("None", "None")


def test_africas_talking_takes_one_key_unless_told_otherwise(
    africas: AfricasTalkingPhone, scripted: Scripted
) -> None:
    scripted.documents["/ivr/africastalking"] = (
        '<GetDigits callbackUrl="http://localhost/next"><Say>One</Say></GetDigits>'
    )
    scripted.documents["/next"] = (
        '<GetDigits finishOnKey="#" callbackUrl="http://localhost/last"><Say>Many</Say></GetDigits>'
    )

    africas.dials().presses("12").presses("800001#")

    assert scripted.posted_to("/next")["dtmfDigits"] == "1"
    assert scripted.posted_to("/last")["dtmfDigits"] == "800001"


def test_africas_talking_asks_a_recording_s_address_from_then_on(
    africas: AfricasTalkingPhone, scripted: Scripted
) -> None:
    scripted.documents |= {"/ivr/africastalking": AT_RECORDS, "/next": END}

    africas.dials().speaks(VOICE)

    assert scripted.paths == ["/ivr/africastalking", "/next", "/next"]
    assert scripted.posts[1][1]["recordingUrl"].endswith(".mp3")
    assert scripted.last["recordingUrl"] == "None"


def test_africas_talking_may_have_a_recording_at_the_end_only(
    africas: AfricasTalkingPhone, scripted: Scripted
) -> None:
    africas.late_recordings = True
    scripted.documents |= {"/ivr/africastalking": AT_RECORDS, "/next": END}

    africas.dials().speaks(VOICE).recording_arrives()

    assert "recordingUrl" not in scripted.posts[1][1]
    assert africas.recording_at(scripted.last["recordingUrl"]) == VOICE


def test_africas_talking_tells_of_a_recording_that_ended_with_the_call(
    africas: AfricasTalkingPhone, scripted: Scripted
) -> None:
    scripted.documents["/ivr/africastalking"] = AT_RECORDS

    africas.dials().speaks(VOICE, until="hangup")

    assert scripted.paths == ["/ivr/africastalking", "/next"]
    assert scripted.last["isActive"] == "0"
    assert africas.recording_at(scripted.last["recordingUrl"]) == VOICE


@pytest.mark.parametrize("records", [False, True], ids=["nothing", "an empty recording"])
def test_africas_talking_posts_of_silence(
    africas: AfricasTalkingPhone, scripted: Scripted, *, records: bool
) -> None:
    africas.records_silence = records
    scripted.documents |= {"/ivr/africastalking": AT_RECORDS, "/next": END}

    africas.dials().says_nothing()

    assert ("recordingUrl" in scripted.posts[1][1]) == records
    assert africas.heard == "Bye"


def test_africas_talking_would_wait_for_an_hour(
    africas: AfricasTalkingPhone, scripted: Scripted
) -> None:
    scripted.documents["/ivr/africastalking"] = AT_RECORDS.replace('timeout="5"', "")

    with pytest.raises(AssertionError, match="an hour"):
        africas.dials().stays_silent()


def test_africas_talking_tells_at_the_end_whom_it_dialled(
    africas: AfricasTalkingPhone, scripted: Scripted
) -> None:
    scripted.documents["/ivr/africastalking"] = f'<Dial phoneNumbers="+916122201977"/>{END}'
    africas.dials()
    assert africas.connected_to == "+916122201977"

    africas.dial_ends(seconds=33)

    assert africas.is_over
    assert africas.connected_to == ""
    assert africas.heard == ""
    assert scripted.last["dialDestinationNumber"] == "+916122201977"
    assert scripted.last["dialDurationInSeconds"] == "33"


def test_africas_talking_goes_on_after_a_dial_that_nobody_picks_up(
    africas: AfricasTalkingPhone, scripted: Scripted
) -> None:
    scripted.documents["/ivr/africastalking"] = f'<Dial phoneNumbers="+916122201977"/>{END}'

    assert africas.dials().dial_ends("no-answer").heard == "Bye"
    assert scripted.last["dialDestinationNumber"] == "+916122201977"


def test_africas_talking_tells_of_a_dial_that_ended_with_the_call(
    africas: AfricasTalkingPhone, scripted: Scripted
) -> None:
    scripted.documents["/ivr/africastalking"] = '<Dial phoneNumbers="+916122201977"/>'

    africas.dials().hangs_up()

    assert len(scripted.posts) == 2
    assert scripted.last["dialDestinationNumber"] == "+916122201977"


def test_africas_talking_goes_where_it_is_sent(
    africas: AfricasTalkingPhone, scripted: Scripted
) -> None:
    scripted.documents |= {
        "/ivr/africastalking": "<Redirect>http://localhost/next</Redirect>",
        "/next": AT_ASKS,
    }

    assert africas.dials().awaits == "keys"


def test_africas_talking_tells_that_a_call_was_refused(
    africas: AfricasTalkingPhone, scripted: Scripted
) -> None:
    scripted.documents["/ivr/africastalking"] = "<Reject/>"

    africas.dials()

    assert (scripted.last["hangupCause"], scripted.last["isActive"]) == ("CALL_REJECTED", "0")


@pytest.mark.parametrize(
    ("document", "complaint"),
    [
        pytest.param('<Play url="/audio/menu.wav"/>', "not a value", id="a relative address"),
        pytest.param('<Play url="http://example.com/a.wav"/>', "not a value", id="without TLS"),
        pytest.param("<Play/>", "lacks", id="nothing to play"),
        pytest.param("<GetDigits/>", "exactly one", id="no prompt"),
        pytest.param(
            "<GetDigits><Say>A</Say><Say>B</Say></GetDigits>", "at most one", id="two prompts"
        ),
        pytest.param(
            "<Record><Say>A</Say><Say>B</Say></Record>", "at most one", id="two to record"
        ),
        pytest.param("<Record/>", "bare Record", id="a recording of all the rest"),
        pytest.param("<Hangup/>", "no element", id="a verb of others"),
        pytest.param("<Dial>+916122201977</Dial>", "lacks", id="a Dial of others"),
        pytest.param("<Redirect>/next</Redirect>", "not an absolute", id="a relative Redirect"),
        pytest.param("<Say voice='Polly.Aditi'>Hello</Say>", "not a value", id="a voice of others"),
    ],
)
def test_what_africas_talking_does_not_take_fails(
    africas: AfricasTalkingPhone, scripted: Scripted, document: str, complaint: str
) -> None:
    scripted.documents["/ivr/africastalking"] = document

    with pytest.raises(AssertionError, match=complaint):
        africas.dials()


AT_ORDER = {
    "username": "sandbox",
    "from": "+916120000000",
    "to": "+919800000001",
    "clientRequestId": "abc",
}


def test_africas_talking_calls(africas: AfricasTalkingPhone, scripted: Scripted) -> None:
    scripted.documents |= {"/ivr/africastalking": AT_ASKS, "/next": END}
    africas.is_called(AT_ORDER)
    [entry] = json.loads(africas.api_answer)["entries"]

    africas.answers().presses("1")

    first = scripted.posts[0][1]
    assert (first["sessionId"], first["clientRequestId"]) == (entry["sessionId"], "abc")
    assert (first["direction"], first["callerNumber"]) == ("Outbound", "+919800000001")
    assert scripted.last["isActive"] == "0"


@pytest.mark.parametrize("cause", ["USER_BUSY", "NO_ANSWER"])
def test_africas_talking_tells_that_she_was_not_reached(
    africas: AfricasTalkingPhone, scripted: Scripted, cause: str
) -> None:
    africas.is_called("abc")

    africas.is_busy() if cause == "USER_BUSY" else africas.does_not_answer()

    assert (scripted.last["hangupCause"], scripted.last["isActive"]) == (cause, "0")
    assert scripted.last["callStartTime"] == "None"
    assert africas.is_over


@pytest.mark.parametrize(
    "change",
    [{"to": "+911111111111"}, {"username": "other"}, {"callback": "x"}, {"from": "100"}],
    ids=str,
)
def test_an_order_that_africas_talking_does_not_take_fails(
    africas: AfricasTalkingPhone, change: dict[str, str]
) -> None:
    with pytest.raises(AssertionError):
        africas.is_called(AT_ORDER | change)
