"""Phone numbers: one spelling, and nothing else taken for one."""

import pytest

from core.phone import PhoneError, masked, normalise_phone


@pytest.mark.parametrize(
    "given",
    [
        *("+919800000001", "919800000001", "09800000001", "9800000001", "+91 98000 00001"),
        *("00919800000001", " +91-9800000001 "),
    ],
)
def test_a_number_has_one_spelling(given: str) -> None:
    assert normalise_phone(given) == "+919800000001"


@pytest.mark.parametrize(
    "given",
    ["", "abc", "12", "56161", "567676", "AX-BANKIN", "AD-650025", "AX-9800000001", "5616100"],
)
def test_a_short_code_or_a_header_is_no_phone(given: str) -> None:
    with pytest.raises(PhoneError):
        normalise_phone(given)


def test_a_masked_number_tells_two_apart_and_no_more() -> None:
    assert masked("+919800000001") == "+91******0001"
