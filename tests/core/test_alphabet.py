"""Counting as the network counts (3GPP TS 23.038)."""

from itertools import accumulate

import pytest
import smsutil
from hypothesis import given
from hypothesis import strategies as st

from core.alphabet import (
    USSD,
    clusters,
    count_septets,
    count_units,
    normalise,
    split,
    western_digits,
)


@pytest.mark.parametrize(
    ("text", "septets", "units"),
    [
        ("", 0, 0),
        ("Thana 1", 7, 7),
        ("a" * 182, 182, 182),
        ("[€]", 6, 3),
        ("{}\\~^|", 12, 6),
        ("`", None, 1),
        ("थाना", None, 4),
        ("😀", None, 2),
        ("\u0958", None, 2),  # क़ becomes क + nukta under NFC
        ("Straße", 6, 6),
        ("e\u0301", 1, 1),  # é after NFC
    ],
)
def test_counts(text: str, septets: int | None, units: int) -> None:
    assert (count_septets(text), count_units(text)) == (septets, units)


def test_budgets() -> None:
    assert USSD.allows("a" * 182)
    assert not USSD.allows("a" * 183)
    assert USSD.allows("थ" * 80)
    assert not USSD.allows("थ" * 81)


@pytest.mark.parametrize(
    ("word", "whole"),
    [
        ("क्षत्रिय", ["क्ष", "त्रि", "य"]),
        ("ज़मीन", ["ज़", "मी", "न"]),
        ("कि", ["कि"]),
        ("स्त्री", ["स्त्री"]),
        ("कुआं", ["कु", "आं"]),
        ("👮🏽‍♀️!", ["👮🏽‍♀️", "!"]),
    ],
)
def test_a_cluster_is_what_a_reader_sees_as_one_letter(word: str, whole: list[str]) -> None:
    assert clusters(word) == whole


def test_digits_of_any_script_become_western_and_superscripts_do_not() -> None:
    assert western_digits("५६ ۴ 7 ² ½ x") == "56 4 7 ² ½ x"


@given(st.text())
def test_splitting_into_clusters_loses_nothing(text: str) -> None:
    assert "".join(clusters(text)) == text


# --- SMS in parts, against an independent count

gsm = st.text(alphabet="abc XYZ 019 @£$_é {}[]^|~\\€", max_size=700)
hindi = st.text(alphabet="कखगतनमस्िी्षा़ंँ ऋ1a।😀", max_size=300)


@given(gsm)
def test_parts_of_gsm_text_are_as_many_as_smsutil_counts(text: str) -> None:
    parts = split(text)
    assert "".join(parts) == text
    assert len(parts) == len(smsutil.split(text).parts or [""])
    septets = [count_septets(part) or 0 for part in parts]
    assert max(septets) <= (160 if len(parts) == 1 else 153)
    assert sum(septets) == smsutil.split(text).total_bytes


@given(hindi)
def test_parts_of_hindi_text_hold_whole_clusters_and_all_of_it(text: str) -> None:
    text = normalise(text)
    parts = split(text)
    assert "".join(parts) == text
    counted = smsutil.split(text)
    if counted.encoding == "utf_16_be":
        assert sum(map(count_units, parts)) * 2 == counted.total_bytes
        assert len(parts) >= len(counted.parts)
        assert max(map(count_units, parts)) <= (70 if len(parts) == 1 else 67)
    whole = set(accumulate(map(len, clusters(text)), initial=0))
    longest = max(map(count_units, clusters(text)), default=0)
    if longest <= 67:
        assert set(accumulate(map(len, parts), initial=0)) <= whole


@pytest.mark.parametrize(
    ("text", "sizes"),
    [
        pytest.param("", [0], id="nothing"),
        pytest.param("a" * 160, [160], id="just one"),
        pytest.param("a" * 161, [153, 8], id="one more"),
        pytest.param("a" * 152 + "€" + "a" * 9, [152, 10], id="an escape pair is not broken"),
        pytest.param("न" * 70, [70], id="just one in Hindi"),
        pytest.param("न" * 71, [67, 4], id="one more in Hindi"),
        pytest.param("न" * 66 + "क्षि" + "न", [66, 5], id="a cluster is not broken"),
        pytest.param("न" * 66 + "😀" + "नननन", [66, 6], id="a surrogate pair is not broken"),
    ],
)
def test_where_a_text_is_split(text: str, sizes: list[int]) -> None:
    assert [len(part.encode("utf-16-be")) // 2 for part in split(text)] == sizes


def test_a_cluster_longer_than_a_part_is_broken_all_the_same() -> None:
    text = "क" + "्क" * 60
    assert "".join(split(text)) == text
    assert max(map(count_units, split(text))) <= 67
