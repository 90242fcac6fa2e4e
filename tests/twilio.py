"""Signatures as Twilio makes them, without its library, and those that it has published."""

import base64
import hashlib
import hmac
from collections.abc import Sequence
from typing import TypeAlias

Pairs: TypeAlias = Sequence[tuple[str, str]]

TOKEN = "12345"
# The tests of Twilio's own libraries sign these, with the token 12345.
PAGE = "mycompany.com/myapp.php?foo=1&bar=2"
PAIRS = (
    ("CallSid", "CA1234567890ABCDE"),
    ("Digits", "1234"),
    ("From", "+14158675309"),
    ("To", "+18005551212"),
    ("Caller", "+14158675309"),
)
DIGITS = (
    ("Sid", "CA123"),
    ("SidAccount", "AC123"),
    ("Digits", "5678"),
    ("Digits", "1234"),
    ("Digits", "1234"),
)
BODY = "&bodySHA256=0a1ff7634d9ab3b95db5c9a2dfe9416e41502b283a80c7cf19632632f96e6620"
PUBLISHED: tuple[tuple[str, Pairs, str], ...] = (
    (f"https://{PAGE}", PAIRS, "RSOYDt4T1cUTdK1PDd93/VVr8B8="),
    (f"https://{PAGE.replace('.com', '.com:443')}", PAIRS, "kvajT1Ptam85bY51eRf/AJRuM3w="),
    (f"http://{PAGE.replace('.com', '.com:1234')}", PAIRS, "Zmvh+3yNM1Phv2jhDCwEM3q5ebU="),
    (f"http://{PAGE.replace('.com', '.com:80')}", PAIRS, "0ZXoZLH/DfblKGATFgpif+LLRf4="),
    (f"https://{PAGE}", DIGITS, "IK+Dwps556ElfBT0I3Rgjkr1wJU="),
    (f"https://{PAGE}{BODY}", (), "a9nBmqA0ju/hNViExpshrM61xv4="),
)


def signature(url: str, pairs: Pairs, token: str = TOKEN) -> str:
    """Sign as Twilio says it does ("Webhooks security"), without its library."""
    signed = url + "".join(name + value for name, value in sorted(set(pairs)))
    digest = hmac.new(token.encode(), signed.encode(), hashlib.sha1).digest()
    return base64.b64encode(digest).decode()
