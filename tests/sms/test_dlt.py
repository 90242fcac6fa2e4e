"""Wordings registered at a DLT portal: out as CSV, ids back, and nothing sent that has none."""

import csv
from collections.abc import Iterator
from pathlib import Path

import pytest

from core.dlt import Registered, wording
from core.language import Language
from core.letters import LETTERS, Letterhead
from core.outbox import LetterLine
from sms.switchboard import Route
from tests.fakes import LANGUAGES
from tests.service import Service, postman_of, registers, service_with
from tests.sms.test_postman import Unsteady
from tests.sms.texter import Texter

pytestmark = pytest.mark.redis

ALL = len(LETTERS) * len(LANGUAGES.all)
HEAD = Letterhead("06120000000", "*384*78527#", "9800000000")
GO_ON = "बात अधूरी है। 06120000000 या *384*78527# डायल करें। -बिहार पुलिस"


@pytest.fixture
def dlt_service(
    sqlite_database_url: str, fresh_redis_url: str, tmp_path: Path
) -> Iterator[Service]:
    """A service whose only gateway carries registered wordings."""
    stores = {"database_url": sqlite_database_url, "redis_url": fresh_redis_url}
    dlt = {"sms_gateways": "simulator:1:0:dlt", "dlt_entity_id": "1101", "dlt_header": "BRPOLC"}
    with service_with(**stores, data_dir=tmp_path, **dlt) as service:
        yield service


def export(service: Service, file: Path) -> list[dict[str, str]]:
    service.pukar("dlt", "export", "--out", str(file))
    with file.open(encoding="utf-8-sig", newline="") as opened:
        return list(csv.DictReader(opened))


def write(file: Path, rows: list[dict[str, str]]) -> Path:
    with file.open("w", encoding="utf-8-sig", newline="") as opened:
        writer = csv.DictWriter(opened, list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)
    return file


def registered(service: Service, tmp_path: Path, *, but: str = "") -> None:
    """Give every letter (but one) an id, as the portal would."""
    rows = export(service, tmp_path / "out.csv")
    for number, row in enumerate(rows):
        row["dlt_id"] = str(1107160000000000000 + number) if row["template"] != but else ""
    service.pukar("dlt", "import", str(write(tmp_path / "back.csv", rows)))


def newest(service: Service) -> LetterLine:
    return service.parts.outbox.newest()[0]


def test_the_register_has_every_letter_in_every_language_with_tags_and_a_sample(
    dlt_service: Service, tmp_path: Path
) -> None:
    rows = export(dlt_service, tmp_path / "out.csv")
    assert len(rows) == len(LETTERS) * len(LANGUAGES.all)
    first = rows[0]
    assert first == {
        "template": "state.received",
        "language": "hi",
        "header": "BRPOLC",
        "category": "Service Implicit",
        "text": "आवेदन {#numeric#} मिला। नंबर लिख लें। यह अभी FIR नहीं है। -बिहार पुलिस",
        "sample": "आवेदन 4829135706 मिला। नंबर लिख लें। यह अभी FIR नहीं है। -बिहार पुलिस",
        "dlt_id": "",
    }
    fir = next(row for row in rows if row["template"] == "state.fir_registered")
    assert "{#alphanumeric#}" in fir["text"]
    assert not [row for row in rows if "{#var#}" in row["text"] or "{helpline}" in row["text"]]


@pytest.mark.parametrize("language", LANGUAGES.all, ids=lambda language: language.code)
@pytest.mark.parametrize("template", LETTERS)
def test_what_is_sent_matches_what_is_registered(template: str, language: Language) -> None:
    each = wording(template, language, HEAD)
    assert Registered("1", each.text).covers(each.sample)
    assert not Registered("1", each.text).covers(each.sample + "!")


def test_every_letter_costs_one_sms_and_the_command_says_so(dlt_service: Service) -> None:
    lines = dlt_service.pukar("dlt", "cost").splitlines()
    assert len(lines) == len(LETTERS) * len(LANGUAGES.all)
    assert [line for line in lines if not line.endswith(" 1 SMS")] == []


def test_ids_come_back_and_what_is_missing_is_seen(dlt_service: Service, tmp_path: Path) -> None:
    assert f"{ALL} missing." in dlt_service.pukar("dlt", "missing")
    registered(dlt_service, tmp_path, but="help")
    missing = dlt_service.pukar("dlt", "missing").splitlines()
    assert [line.split() for line in missing] == [
        *(["help", code, "has", "no", "id"] for code in ("hi", "hi_Latn", "en")),
        ["3", "missing."],
    ]
    registered(dlt_service, tmp_path)
    assert "Every letter is registered." in dlt_service.pukar("dlt", "missing")


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"dlt_id": "1.10716E+18"}, "'1.10716E+18' is no template id"),
        ({"dlt_id": "1107160000000000000", "template": "nope"}, "there is no letter 'nope'"),
        ({"dlt_id": "1107160000000000000", "language": "xx"}, "there is no language 'xx'"),
    ],
)
def test_a_wrong_line_is_named_and_nothing_is_imported(
    dlt_service: Service, tmp_path: Path, change: dict[str, str], said: str
) -> None:
    rows = export(dlt_service, tmp_path / "out.csv")
    rows[0]["dlt_id"] = "1107160000000000001"
    rows[4] |= change
    file = write(tmp_path / "back.csv", rows)
    result = dlt_service.app.test_cli_runner().invoke(args=["dlt", "import", str(file)])
    assert result.exit_code == 1
    assert f"Line 6: {said}" in result.output
    assert f"{ALL} missing." in dlt_service.pukar("dlt", "missing")


def test_a_file_without_the_columns_is_said_so(dlt_service: Service, tmp_path: Path) -> None:
    file = tmp_path / "other.csv"
    file.write_text("a,b\n1,2\n")
    result = dlt_service.app.test_cli_runner().invoke(args=["dlt", "import", str(file)])
    assert "Columns missing: dlt_id, language, template." in result.output


def test_a_dlt_gateway_sends_nothing_without_an_id_and_all_with_one(
    dlt_service: Service, tmp_path: Path
) -> None:
    registers(dlt_service.caller())
    gateway = Unsteady()
    postman = postman_of(dlt_service, Route(gateway, is_dlt=True))
    assert postman.round() == 1
    assert gateway.sent == []
    assert newest(dlt_service).trouble == "unsteady: state.received (hi) is not registered"
    registered(dlt_service, tmp_path)
    registers(dlt_service.caller("+919800000002"))
    postman.round()
    assert [letter.dlt_id for letter in gateway.sent] == ["1107160000000000000"]


def test_a_wording_that_reads_otherwise_at_the_portal_is_not_sent(
    dlt_service: Service, tmp_path: Path
) -> None:
    registered(dlt_service, tmp_path)
    rows = export(dlt_service, tmp_path / "out.csv")
    rows[0]["text"] = "आवेदन {#numeric#} मिला। -बिहार पुलिस"
    dlt_service.pukar("dlt", "import", str(write(tmp_path / "back.csv", rows)))
    assert "reads otherwise at the portal" in dlt_service.pukar("dlt", "missing")
    registers(dlt_service.caller())
    gateway = Unsteady()
    postman_of(dlt_service, Route(gateway, is_dlt=True)).round()
    assert gateway.sent == []
    assert (
        newest(dlt_service).trouble == "unsteady: state.received (hi) reads otherwise at the portal"
    )


def test_nothing_is_promised_that_no_gateway_may_carry(
    dlt_service: Service, tmp_path: Path
) -> None:
    caller = dlt_service.caller()
    registers(caller)
    assert "SMS आएगा" not in caller.screen
    registered(dlt_service, tmp_path)
    other = dlt_service.caller("+919800000002")
    registers(other)
    assert "SMS आएगा" in other.screen


def test_a_question_is_not_sent_but_the_way_to_go_on_and_the_draft_stays(
    dlt_service: Service, tmp_path: Path
) -> None:
    registered(dlt_service, tmp_path)
    texter = Texter(dlt_service).writes("शिकायत 800001 कल रात चोरी हुई")
    assert texter.reads == GO_ON
    texter.writes("1")
    assert dlt_service.parts.cases.newest() == []
    caller = dlt_service.caller().dials()
    assert "बात यहां रुकी थी" in caller.screen
    caller.types("1").types("1")
    assert dlt_service.only_case().story == "कल रात चोरी हुई"


def test_a_status_comes_as_the_registered_letter_of_its_state(
    dlt_service: Service, tmp_path: Path
) -> None:
    registered(dlt_service, tmp_path)
    reference = registers(dlt_service.caller())
    dlt_service.pukar("cases", "move", reference, "sent_to_station")
    letter = f"आवेदन {reference}: थाने भेजा गया। -बिहार पुलिस"
    texter = Texter(dlt_service).writes(reference)
    assert texter.reads == letter
    assert texter.inbox.count(letter) == 2


def test_words_of_our_own_take_the_gateway_that_carries_them(
    service: Service,
) -> None:
    Texter(service).writes("शिकायत")
    dlt, free = Unsteady(name="dlt"), Unsteady(name="free")
    postman_of(service, Route(dlt, weight=10_000, is_dlt=True), Route(free)).round()
    assert dlt.sent == []
    assert free.sent[0].text.startswith("क्या हुआ?")


def test_an_answer_to_who_stopped_the_letters_or_writes_at_night_goes_all_the_same(
    dlt_service: Service, tmp_path: Path
) -> None:
    registered(dlt_service, tmp_path)
    reference = registers(dlt_service.caller())
    texter = Texter(dlt_service).writes("STOP").writes(reference)
    assert texter.reads.startswith(f"आवेदन {reference} मिला।")
    assert [letter.id for letter in dlt_service.parts.outbox.take_due(urgent_only=True)] == []


def test_an_id_that_stands_there_twice_is_refused(dlt_service: Service, tmp_path: Path) -> None:
    rows = export(dlt_service, tmp_path / "out.csv")
    for row in rows[:2]:
        row["dlt_id"] = "1107160000000000000"
    file = write(tmp_path / "back.csv", rows)
    result = dlt_service.app.test_cli_runner().invoke(args=["dlt", "import", str(file)])
    assert "Line 3: the id 1107160000000000000 stands here twice." in result.output


def test_a_folder_that_is_not_there_is_said_in_a_line(dlt_service: Service, tmp_path: Path) -> None:
    out = str(tmp_path / "none" / "out.csv")
    result = dlt_service.app.test_cli_runner().invoke(args=["dlt", "export", "--out", out])
    assert "cannot be written: No such file" in result.output


@pytest.mark.parametrize("delimiter", [";", "\t"])
def test_a_file_with_the_delimiter_of_another_country_is_read(
    dlt_service: Service, tmp_path: Path, delimiter: str
) -> None:
    rows = export(dlt_service, tmp_path / "out.csv")
    for number, row in enumerate(rows):
        row["dlt_id"] = str(1107160000000000000 + number)
    file = tmp_path / "back.csv"
    with file.open("w", encoding="utf-8", newline="") as opened:
        writer = csv.DictWriter(opened, list(rows[0]), delimiter=delimiter)
        writer.writeheader()
        writer.writerows(rows)
    assert dlt_service.pukar("dlt", "import", str(file)) == f"{ALL} ids imported.\n"


def test_a_file_whose_texts_were_damaged_is_seen_to_be(
    dlt_service: Service, tmp_path: Path
) -> None:
    rows = export(dlt_service, tmp_path / "out.csv")
    for number, row in enumerate(rows):
        row |= {"dlt_id": str(1107160000000000000 + number)}
        row["text"] = row["text"].encode("cp1252", "replace").decode("cp1252")
    said = dlt_service.pukar("dlt", "import", str(write(tmp_path / "back.csv", rows)))
    assert (
        f"{len(LETTERS)} of the letters: reads otherwise at the portal. See: pukar dlt missing"
        in said
    )
