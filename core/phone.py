"""Phone numbers: one spelling (E.164), and a masked one for logs and lists."""

from __future__ import annotations

import phonenumbers

HOME = "IN"


class PhoneError(ValueError):
    """What was given is no phone number."""


def normalise_phone(given: str) -> str:
    """Write a number as +919800000001; raise PhoneError where it cannot be one."""
    try:
        number = phonenumbers.parse(given.strip(), HOME)
    except phonenumbers.NumberParseException as error:
        raise PhoneError(str(error)) from error
    # A short code, or a header such as AX-567676, is possible within a place at most.
    whole = phonenumbers.is_possible_number_with_reason(number)
    if whole != phonenumbers.ValidationResult.IS_POSSIBLE or any(map(str.isalpha, given)):
        message = "not a possible phone number"
        raise PhoneError(message)
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)


def masked(phone: str) -> str:
    """Show enough of a number to tell two apart, and no more: +91******0001."""
    return f"{phone[:3]}{'*' * (len(phone) - 7)}{phone[-4:]}"
