"""Random callers: whatever is keyed, dropped, repeated or dialled anew, each screen is sound."""

import re

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from core.alphabet import USSD
from tests.service import Service

pytestmark = pytest.mark.redis

keys = st.sampled_from(
    [*"1234589", "0", "00", "98", "112", "800001", "845438", "999999", "kot", "न"]
)
stories = st.sampled_from(["कल चोरी हुई", "second story", "तीसरी * बात #", "🙂🙂 hi"])
odd = st.text(max_size=40)
acts = st.one_of(
    keys.map(lambda key: ("types", key)),
    keys.map(lambda key: ("types", key)),
    stories.map(lambda story: ("types", story)),
    odd.map(lambda text: ("types", text)),
    st.sampled_from([("drops", ""), ("sends_again", ""), ("dials", ""), ("dials", "1*1*2")]),
)
TO_A_STORY = [("types", "1"), ("types", "4"), ("types", "2"), ("types", "बात यह है")]


@settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(st.lists(acts, max_size=25), st.integers(0, 10**8 - 1), st.booleans())
def test_every_screen_is_sound_and_every_number_told_is_registered(
    sqlite_service: Service, todo: list[tuple[str, str]], number: int, starts_with_a_story: object
) -> None:
    caller = sqlite_service.caller(f"+9198{number:08}").dials()
    for act, what in [*(TO_A_STORY if starts_with_a_story else []), *todo]:
        if act == "dials" or not caller.is_connected:
            caller.dials(what if act == "dials" else "")
        elif act == "types":
            caller.types(what)
        else:
            getattr(caller, act)()
        assert USSD.allows(caller.screen), caller.said
        assert caller.screen.strip(), caller.said
        assert "दिक्कत" not in caller.screen, caller.said
        told = re.search(r"शिकायत मिली: (\d{3} \d{3} \d{4})", caller.screen)
        assert not told or sqlite_service.parts.cases.look_up(told[1]).phone == caller.phone
