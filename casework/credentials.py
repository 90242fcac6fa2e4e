"""Passwords and one-time codes: what may be one, how they are drawn, kept and compared."""

from __future__ import annotations

import hmac
import re
import secrets
from base64 import b64encode
from datetime import datetime

import pyotp
from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from core.alphabet import western_digits
from core.text import Text

LEAST_PASSWORD = 10  # characters
LONGEST_PASSWORD = 256  # characters; a longer one would only keep us busy
_STEP_SECONDS = 30
_UNMISTAKABLE = "abcdefghjkmnpqrstuvwxyz23456789"
# Words that many passwords are made of, with digits and signs around them.
_WELL_KNOWN = (
    "admin",
    "administrator",
    "bharat",
    "bihar",
    "biharpolice",
    "changeme",
    "iloveyou",
    "india",
    "letmein",
    "password",
    "patna",
    "police",
    "policestation",
    "pukar",
    "pukarpolice",
    "qwerty",
    "qwertyuiop",
    "secret",
    "thana",
    "welcome",
)
_AROUND = re.compile(r"^[^a-z]+|[^a-z]+$")
_AS_LETTERS = str.maketrans("@013457$", "aoieasts")
_ROWS = ("01234567890123456789", "abcdefghijklmnopqrstuvwxyz", "qwertyuiopasdfghjklzxcvbnm")


def fault_of(password: str, login: str) -> Text | None:
    """Say why something may not be a password, or None where it may."""
    if not LEAST_PASSWORD <= len(password) <= LONGEST_PASSWORD:
        return Text("The password needs at least {least} characters.")(least=LEAST_PASSWORD)
    plain = password.casefold()
    if login.casefold() in plain:
        return Text("The password must not contain the login.")
    if _is_well_known(plain):
        return Text("This password is easily guessed. Take several words that do not belong.")
    return None


def _is_well_known(plain: str) -> bool:
    core = _AROUND.sub("", plain).translate(_AS_LETTERS)
    core = "".join(filter(str.isalpha, core))
    is_row = any(plain in row or plain in row[::-1] for row in _ROWS)
    repeats = plain in (plain + plain)[1:-1]  # one part over and over
    return core in _WELL_KNOWN or is_row or repeats or len(set(plain)) < LEAST_PASSWORD // 2


def drawn_password() -> str:
    """Draw a password that can be read out: 15 letters and digits, in groups of five."""
    groups = ("".join(secrets.choice(_UNMISTAKABLE) for _ in range(5)) for _ in range(3))
    return "-".join(groups)


class Passwords:
    """Hashes passwords with Argon2."""

    def __init__(self, hasher: PasswordHasher | None = None) -> None:
        self._hasher = hasher or PasswordHasher()
        self._of_nobody = _drawn_hash(self._hasher)

    def keep(self, password: str) -> str:
        """Give what is kept of a password."""
        return self._hasher.hash(password)

    def fits(self, kept: str | None, password: str) -> bool:
        """Compare a password with what is kept; without that it takes as long, and is wrong."""
        try:
            self._hasher.verify(kept or self._of_nobody, password)
        except (VerificationError, InvalidHashError):
            return False
        return kept is not None

    def is_outdated(self, kept: str) -> bool:
        """Say whether it was kept with other parameters than today's."""
        return self._hasher.check_needs_rehash(kept)


def _drawn_hash(hasher: PasswordHasher) -> str:
    """Write what no password fits, in the form of a hash that takes as long as any."""
    salt, rest = (b64encode(secrets.token_bytes(n)).decode().rstrip("=") for n in (16, 32))
    costs = f"m={hasher.memory_cost},t={hasher.time_cost},p={hasher.parallelism}"
    return f"$argon2id$v=19${costs}${salt}${rest}"


def drawn_secret() -> str:
    """Draw a secret for one-time codes: 32 letters and digits (base 32)."""
    return pyotp.random_base32()


def step_of(secret: str, code: str, moment: datetime) -> int | None:
    """Find the half minute whose code this is: the present one, or one beside it."""
    digits = western_digits("".join(code.split())).encode()
    here = int(moment.timestamp()) // _STEP_SECONDS
    codes, found = pyotp.HOTP(secret), None
    for step in (here - 1, here, here + 1):
        if hmac.compare_digest(codes.at(step).encode(), digits):
            found = step
    return found


def code_at(secret: str, moment: datetime) -> str:
    """Give the code of a moment: six digits, as the officer's phone shows them."""
    return pyotp.TOTP(secret).at(moment)


def address_of(secret: str, login: str) -> str:
    """Give the `otpauth://` address that a phone takes up from a QR code."""
    return pyotp.TOTP(secret).provisioning_uri(name=login, issuer_name="Pukar")
