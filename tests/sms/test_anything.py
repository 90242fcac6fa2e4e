"""Random texters: whatever is written, dialled or repeated, each SMS is answered soundly."""

import re

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from core.alphabet import split
from core.tables import inbox
from tests.service import Service
from tests.sms.texter import Texter

pytestmark = pytest.mark.redis

words = st.sampled_from(
    [
        *("1", "2", "4", "8", "9", "0", "00", "112", "800001", "845438", "999999", "4829135706"),
        *(
            "शिकायत",
            "SHIKAYAT 800001",
            "शिकायत 800001 कल चोरी हुई",
            "shikayat 845438 chori",
            "STHITI",
        ),
        *("haan", "नहीं", "चोरी", "kot", "RADD", "madad", "PUKAR", "THANA 845438", "STOP", "START"),
        *("English", "हिंदी", "thana", "sthiti 4829135706", "complaint !!", "शिकायत 999999 कुछ"),
    ]
)
odd = st.text(max_size=60)
acts = st.one_of(
    words.map(lambda text: ("writes", text)),
    words.map(lambda text: ("writes", text)),
    odd.map(lambda text: ("writes", text)),
    st.sampled_from([("again", ""), ("dials", "1*4*800001"), ("dials", "")]),
)


@settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(st.lists(acts, max_size=20), st.integers(0, 10**8 - 1))
def test_every_sms_is_answered_soundly_and_every_number_told_is_registered(
    sqlite_service: Service, todo: list[tuple[str, str]], number: int
) -> None:
    texter = Texter(sqlite_service, f"+9198{number:08}")
    for act, what in todo:
        if act == "dials":
            sqlite_service.caller(texter.phone).dials(what).drops()
        elif act == "again" and texter.last:
            texter.sends_again()
        elif act == "writes":
            texter.writes(what)
    for text in texter.inbox:
        assert text.strip()
        assert len(split(text)) <= 4
        told = re.search(r"(?:शिकायत मिली|mili|registered): (\d{3} \d{3} \d{4})", text)
        assert not told or sqlite_service.parts.cases.look_up(told[1]).phone == texter.phone
    with sqlite_service.parts.database.reading() as connection:
        assert "new" not in set(connection.scalars(select(inbox.c.status)))
