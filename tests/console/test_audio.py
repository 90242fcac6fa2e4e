"""`pukar audio`: made, checked, listed for a speaker; and what calls were missing."""

import csv
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from audio.speech import Clip
from tests.service import Service, service_with

pytestmark = pytest.mark.redis


@pytest.fixture
def speaking(
    sqlite_database_url: str, fresh_redis_url: str, tmp_path: Path, clips: Path
) -> Iterator[Service]:
    """A service with clips of its own."""
    stores = {"database_url": sqlite_database_url, "redis_url": fresh_redis_url}
    folder = shutil.copytree(clips, tmp_path / "clips")
    with service_with(**stores, data_dir=tmp_path, audio_dir=folder) as service:
        yield service


def test_what_is_missing_is_found_and_made(speaking: Service, tmp_path: Path) -> None:
    [gone] = (tmp_path / "clips" / "hi" / "espeak").glob("what-is-it-about-*.wav")
    gone.unlink()
    check = ["audio", "check", "--language", "hi"]
    result = speaking.app.test_cli_runner().invoke(args=check)
    assert result.exit_code == 1
    assert "missing" in result.output
    assert gone.stem in result.output
    built = speaking.pukar("audio", "build", "--language", "hi")
    assert "1 made" in built
    assert gone.exists()
    speaking.parts.gaps.count("hi", "a-clip")
    speaking.parts.gaps.count("hi", "a-clip")
    checked = speaking.pukar(*check)
    assert "a-clip" in checked
    assert "2 times" in checked
    assert "Every clip that calls can need is there" in checked


def test_a_speaker_gets_a_sheet(speaking: Service, tmp_path: Path) -> None:
    sheet = tmp_path / "script.csv"
    assert "sentences are in" in speaking.pukar(
        "audio", "script", "--language", "hi", "--out", str(sheet)
    )
    with sheet.open(encoding="utf-8-sig") as file:
        rows = list(csv.DictReader(file))
    question = Clip("What is it about?", "क्या हुआ?")
    [row] = [row for row in rows if row["file"] == f"{question.name}.wav"]
    assert (row["language"], row["sentence"], row["heard"]) == ("hi", "क्या हुआ?", "kind")
    assert float(row["longest_seconds"]) > 1
    assert [row["number"] for row in rows] == [str(number) for number in range(1, len(rows) + 1)]


def test_a_language_that_nobody_speaks_is_said_to_be_none(speaking: Service) -> None:
    result = speaking.app.test_cli_runner().invoke(args=["audio", "check", "--language", "fr"])
    assert result.exit_code == 1
    assert "Spoken are: hi, en" in result.output
