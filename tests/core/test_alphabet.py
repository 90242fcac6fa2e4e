"""Counting as the network counts (3GPP TS 23.038)."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.alphabet import USSD, clusters, count_septets, count_units, western_digits


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
