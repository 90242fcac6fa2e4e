"""Officers for tests of the desk; `tests/desk/officers.py` has what the fixtures give."""

import pytest

from casework.officers import Officers
from tests.desk.officers import Browser, SignIn, officers_of, sign_in_at
from tests.service import Service


@pytest.fixture
def officers(sqlite_service: Service) -> Officers:
    """The register of officers of `sqlite_service`, with passwords that are hashed quickly."""
    return officers_of(sqlite_service)


@pytest.fixture
def browser(sqlite_service: Service) -> Browser:
    """A browser in which nobody has signed in."""
    return Browser(sqlite_service.client)


@pytest.fixture
def sign_in(sqlite_service: Service, officers: Officers) -> SignIn:
    """What adds an officer to `sqlite_service` and gives a `Browser` in which he is signed in.

    `sign_in("station", station="5117029")`; without a place it is Gardanibagh in Patna for a
    station's officer, and the police district Patna for the women's desk and the supervisor. A
    login that is there already is signed in once more, as he is. He reads English unless told
    otherwise.
    """
    return sign_in_at(sqlite_service, officers)
