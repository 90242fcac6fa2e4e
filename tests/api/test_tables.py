"""`pukar export` and `pukar import`: tables that are gone on with, and change nothing twice."""

import csv
import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import Result
from sqlalchemy import delete, insert
from werkzeug.test import TestResponse

from casework.accesses import Wanted
from casework.exchange import Exchange
from casework.viewer import Viewer
from core.reference import grouped
from core.sealing import Seal
from core.tables import told
from tests.api.conftest import Partner, change, lost_phone
from tests.service import Service

pytestmark = pytest.mark.redis


def fails(service: Service, *command: str) -> str:
    result: Result = service.app.test_cli_runner().invoke(args=[*command])
    assert result.exit_code == 1, result.output
    return result.output


def said(answer: TestResponse) -> Any:  # noqa: ANN401  # JSON
    assert answer.status_code in (200, 201), answer.text
    return json.loads(answer.text)


def seal_of(partner: Partner) -> Seal:
    return partner.service.parts.cases.files.seal


def read(file: Path) -> list[dict[str, str]]:
    with file.open(encoding="utf-8", newline="") as opened:
        return list(csv.DictReader(opened))


def written(file: Path, *rows: dict[str, str]) -> Path:
    with file.open("w", encoding="utf-8", newline="") as opened:
        table = csv.DictWriter(opened, list(dict.fromkeys(name for row in rows for name in row)))
        table.writeheader()
        table.writerows(rows)
    return file


def versions(service: Service) -> list[int]:
    cases = service.parts.cases
    found = [cases.find(each.reference) for each in cases.newest()]
    return [case.version for case in reversed(found) if case]


def test_cases_are_exported_without_anything_personal(partner: Partner, tmp_path: Path) -> None:
    references = [partner.registers(f"a{number}") for number in range(3)]
    out = tmp_path / "cases.csv"
    partner.service.pukar("export", "cases", "--out", str(out))
    assert [row["reference"] for row in read(out)] == references
    assert "9800000001" not in out.read_text()
    assert not (tmp_path / "cases.csv.part").exists()
    assert partner.service.parts.api.accesses.search(Wanted()) == []
    assert "is there already" in fails(partner.service, "export", "cases", "--out", str(out))


def test_stories_are_exported_on_demand_and_each_is_noted(partner: Partner, tmp_path: Path) -> None:
    partner.registers(story='=cmd|"/c calc"!A1')
    out = tmp_path / "cases.csv"
    options = ("--with-stories", "--who", "asha")
    partner.service.pukar("export", "cases", "--out", str(out), *options)
    [row] = read(out)
    assert (row["phone"], row["story"]) == ("+919800000001", '\'=cmd|"/c calc"!A1')
    assert out.stat().st_mode & 0o077 == 0
    noted = partner.service.parts.api.accesses.search(Wanted())
    assert [(each.who, each.what, each.channel) for each in noted] == [
        ("asha", "export", "console")
    ]


def test_what_was_told_field_by_field_is_one_column(partner: Partner, tmp_path: Path) -> None:
    form = {"lost": "mobile", "lost_on": "2026-11-20", "description": "काला, टूटा शीशा"}
    partner.post("/cases", lost_phone(told=form))
    partner.registers("a2")
    secret = {"external_id": "s1", "service": "secret_information", "story": "गोदाम में शराब"}
    partner.post("/cases", secret)
    out = tmp_path / "cases.csv"
    partner.service.pukar("export", "cases", "--out", str(out), "--with-stories")
    lost, complained, told_secretly = read(out)
    assert json.loads(lost["told"]) == form
    assert (complained["told"], complained["phone"]) == ("", "+919800000001")
    assert (told_secretly["phone"], told_secretly["story"]) == ("", "गोदाम में शराब")
    plain = tmp_path / "plain.csv"
    partner.service.pukar("export", "cases", "--out", str(plain))
    assert "काला" not in plain.read_text(encoding="utf-8")


def test_what_was_spoken_in_a_form_is_told_once_it_was_written_down(
    partner: Partner, tmp_path: Path
) -> None:
    reference = said(partner.post("/cases", lost_phone()))["reference"]
    viewer, work = Viewer(1, "asha", "state"), partner.service.parts.api.work
    rows: list[dict[str, object]] = [
        {"field": "lost", "value_sealed": b"broken", "recording": None},
        {"field": "owner", "value_sealed": seal_of(partner).close(""), "recording": "r1"},
        {"field": "where_lost", "value_sealed": seal_of(partner).close(""), "recording": "r2"},
    ]
    with partner.service.parts.database.writing() as connection:
        connection.execute(delete(told))
        connection.execute(insert(told), [{"case_id": 1, **row} for row in rows])
    work.hear(viewer, reference, "r1", "रमेश राम, गर्दनीबाग")
    whole = {"lost": None, "owner": "रमेश राम, गर्दनीबाग", "where_lost": None}
    assert said(partner.get(f"/cases/{reference}"))["told"] == whole
    out = tmp_path / "cases.csv"
    partner.service.pukar("export", "cases", "--out", str(out), "--with-stories")
    in_table = {"lost": "(unreadable)", "owner": "रमेश राम, गर्दनीबाग", "where_lost": ""}
    assert json.loads(read(out)[0]["told"]) == in_table


def test_an_export_goes_past_what_no_key_opens(partner: Partner, tmp_path: Path) -> None:
    change(partner.service, partner.registers("a1"), story_sealed=b"broken")
    partner.registers("a2", story="और")
    out = tmp_path / "cases.csv"
    partner.service.pukar("export", "cases", "--out", str(out), "--with-stories")
    assert [(row["phone"], row["story"]) for row in read(out)] == [
        ("+919800000001", "(unreadable)"),
        ("+919800000001", "और"),
    ]


def test_only_the_cases_wanted_are_exported(partner: Partner, tmp_path: Path) -> None:
    here = partner.registers("a1")
    partner.registers("a2", station="5140003")
    out = tmp_path / "cases.csv"
    options = ("--district", "PATNA", "--state", "received", "--since", "2024-01-01")
    partner.service.pukar("export", "cases", "--out", str(out), *options)
    assert [row["reference"] for row in read(out)] == [here]


def test_an_export_that_broke_off_goes_on_behind_its_last_whole_row(
    partner: Partner, tmp_path: Path
) -> None:
    for number in range(4):
        partner.registers(f"a{number}", story=f'line one\nline "two" {number}')
    whole, out = tmp_path / "whole.csv", tmp_path / "cases.csv"
    partner.service.pukar("export", "cases", "--out", str(whole), "--with-stories")
    content = whole.read_bytes()
    part = tmp_path / "cases.csv.part"
    for kept in range(len(content) - 400, len(content), 37):
        part.write_bytes(content[:kept])
        command = ("export", "cases", "--out", str(out), "--with-stories")
        assert "--resume" in fails(partner.service, *command)
        partner.service.pukar(*command, "--resume")
        assert out.read_bytes() == content, kept
        out.unlink()


def test_an_export_is_not_gone_on_with_in_other_columns(partner: Partner, tmp_path: Path) -> None:
    out = tmp_path / "cases.csv"
    (tmp_path / "cases.csv.part").write_text("a,b\n1,2\n")
    said = fails(partner.service, "export", "cases", "--out", str(out), "--resume")
    assert "has other columns" in said


def test_an_export_that_fails_leaves_its_part(
    partner: Partner, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    partner.registers()
    monkeypatch.setattr("casework.case_table._PAGE", 1)
    page = Exchange.page

    def breaks_off(self: Exchange, viewer: object, wanted: object, after: int, most: int) -> object:
        if after:
            raise OSError("the disk is full")
        return page(self, viewer, wanted, after, most)  # type: ignore[arg-type]

    monkeypatch.setattr(Exchange, "page", breaks_off)
    out = tmp_path / "cases.csv"
    partner.service.app.test_cli_runner().invoke(args=["export", "cases", "--out", str(out)])
    assert not out.exists()
    assert len(read(tmp_path / "cases.csv.part")) == 1


def test_moves_are_imported_and_a_table_that_comes_again_changes_nothing(
    partner: Partner, tmp_path: Path
) -> None:
    first, second = partner.registers("a1"), partner.registers("a2")
    fir = {"fir_number": "12/2026", "fir_date": "01-02-2024"}
    file = written(
        tmp_path / "moves.csv",
        {"reference": grouped(first), "state": "sent_to_station", "note": "थाने को"},
        {"reference": first, "state": "fir_registered", **fir},
        {"reference": second, "state": "transferred", "station": "5140003"},
    )
    service = partner.service
    assert "3 rows done, 0 done before, 0 not" in service.pukar("import", "moves", str(file))
    assert versions(service) == [2, 1]
    case = service.parts.cases.look_up(first)
    assert (case.state, case.fir_number) == ("fir_registered", "12/2026")
    assert service.parts.cases.look_up(second).station == "5140003"
    letters = service.inbox()
    assert "0 rows done, 3 done before, 0 not" in service.pukar("import", "moves", str(file))
    assert versions(service) == [2, 1]
    assert service.inbox() == letters


def test_a_sanha_is_imported_with_its_number(partner: Partner, tmp_path: Path) -> None:
    reference = said(partner.post("/cases", lost_phone()))["reference"]
    row = {"reference": reference, "state": "recorded", "diary_number": ""}
    file = written(tmp_path / "moves.csv", row)
    fails(partner.service, "import", "moves", str(file))
    assert "needs diary_number" in (tmp_path / "moves.csv.errors.csv").read_text()
    file = written(tmp_path / "moves.csv", {**row, "diary_number": "45/2026"})
    for times in ("1 rows done, 0 done before", "0 rows done, 1 done before"):
        assert times in partner.service.pukar("import", "moves", str(file))
    assert partner.service.only_case().diary_number == "45/2026"


def test_a_row_from_before_there_was_a_column_is_known_with_it(
    partner: Partner, tmp_path: Path
) -> None:
    row = {"reference": partner.registers(), "state": "sent_to_station"}
    partner.service.pukar("import", "moves", str(written(tmp_path / "a.csv", row)))
    with_more = written(tmp_path / "b.csv", {**row, "diary_number": ""})
    assert "1 done before" in partner.service.pukar("import", "moves", str(with_more))


def test_the_same_move_twice_in_a_table_is_two_moves(partner: Partner, tmp_path: Path) -> None:
    progress = {"reference": partner.registers(), "state": "under_investigation"}
    fir = {"fir_number": "12/2026", "fir_date": "01-02-2024"}
    begin = [
        {**progress, "state": "sent_to_station"},
        {**progress, "state": "fir_registered", **fir},
    ]
    file = written(tmp_path / "moves.csv", *begin, progress, progress)
    for _ in range(2):
        partner.service.pukar("import", "moves", str(file))
        assert versions(partner.service) == [4]


def test_an_id_names_a_row_whatever_else_stands_in_it(partner: Partner, tmp_path: Path) -> None:
    row = {"reference": partner.registers(), "state": "sent_to_station", "id": "X-1"}
    partner.service.pukar("import", "moves", str(written(tmp_path / "a.csv", row)))
    again = {**row, "note": "noch einmal"}
    said = partner.service.pukar("import", "moves", str(written(tmp_path / "b.csv", again)))
    assert "1 done before" in said


def test_rows_that_cannot_be_done_are_named_with_why_and_the_others_are_done(
    partner: Partner, tmp_path: Path
) -> None:
    reference = partner.registers()
    file = written(
        tmp_path / "moves.csv",
        {"reference": "1234567891", "state": "sent_to_station"},
        {"reference": reference, "state": "sent_to_station"},
        {"reference": reference, "state": "chargesheet_filed"},
        {"reference": reference, "state": "transferred", "station": "Gardani Bagh"},
        {"reference": "", "state": "disposed"},
    )
    said = fails(partner.service, "import", "moves", str(file))
    assert "1 rows done, 0 done before, 4 not" in said
    errors = tmp_path / "moves.csv.errors.csv"
    assert [(row["row"], row["state"]) for row in read(errors)] == [
        ("2", "sent_to_station"),
        ("4", "chargesheet_filed"),
        ("5", "transferred"),
        ("6", "disposed"),
    ]
    reasons = [row["why"] for row in read(errors)]
    for reason, words in zip(
        reasons,
        ("no reference number", "cannot go from", "no open station", "no reference"),
        strict=True,
    ):
        assert words in reason
    mended = [{**row, "state": "under_enquiry"} for row in read(errors) if row["row"] == "4"]
    partner.service.pukar("import", "moves", str(written(errors, *mended)))
    assert partner.service.only_case().state == "under_enquiry"


def test_a_dry_run_says_the_same_and_changes_nothing(partner: Partner, tmp_path: Path) -> None:
    reference = partner.registers()
    file = written(
        tmp_path / "moves.csv",
        {"reference": reference, "state": "sent_to_station"},
        {"reference": reference, "state": "disposed"},
        {"reference": reference, "state": "under_enquiry"},
    )
    said = fails(partner.service, "import", "moves", str(file), "--dry-run")
    assert "2 rows could be done, 0 done before, 1 not" in said
    assert [row["row"] for row in read(tmp_path / "moves.csv.errors.csv")] == ["3"]
    assert versions(partner.service) == [0]
    assert len(partner.service.inbox()) == 1


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (b"reference,note\n", "columns are missing: state"),
        (b"reference,state,colour\n", "these are unknown: colour"),
        (b"reference,state,state\n", "stands there twice"),
        (b"", "columns are missing"),
        (b"reference,state\n\xff\xfe,x\n", "not CSV in UTF-8"),
        (b'reference,state\n"1,2\n', "not CSV in UTF-8"),
    ],
)
def test_a_table_that_is_none_is_said(
    sqlite_service: Service, tmp_path: Path, content: bytes, why: str
) -> None:
    file = tmp_path / "moves.csv"
    file.write_bytes(content)
    assert why in fails(sqlite_service, "import", "moves", str(file))


def test_a_row_with_too_many_cells_is_not_done(partner: Partner, tmp_path: Path) -> None:
    file = tmp_path / "moves.csv"
    file.write_text(f"reference,state\n{partner.registers()},sent_to_station,more\n")
    fails(partner.service, "import", "moves", str(file))
    assert "more cells than columns" in (tmp_path / "moves.csv.errors.csv").read_text()
    assert versions(partner.service) == [0]
