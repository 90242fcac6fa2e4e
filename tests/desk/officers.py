"""Officers and their browsers, as tests of the desk meet them."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from html import unescape
from typing import Protocol

from argon2 import PasswordHasher
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from casework.credentials import Passwords
from casework.officers import Officer, Officers, Profile, checked
from casework.sign_in import SignIns
from casework.viewer import Role
from desk.entry import TOKEN
from tests.service import Service

PATNA = "PATNA"
GARDANIBAGH = "5117029"
PASSWORD = "nadi kinare kadamb"
_TOKEN = re.compile(r'name="csrf_token" value="([^"]+)"')


@dataclass
class Browser:
    """A browser in which an officer has signed in: `get`, and `submit` for its forms.

    `officer` is he, as he was when he signed in (None in one where nobody has); `client` is
    Flask's test client, for what is more unusual.
    """

    client: FlaskClient
    officer: Officer | None = None
    _csrf: str = field(default="", repr=False)

    def get(self, path: str, **options: object) -> TestResponse:
        """Open a page: `get("/desk/people", query_string={"q": "ram"})`."""
        return self.client.get(path, **options)

    def page(self, path: str, **options: object) -> str:
        """Open a page that is there, and give its text with signs such as &amp; written out."""
        response = self.get(path, **options)
        assert response.status_code == 200, (response.status_code, response.text)
        return unescape(response.text)

    def submit(
        self, path: str, data: Mapping[str, object] | None = None, *, follow: bool = False
    ) -> TestResponse:
        """Send a form with the token that every form has; `follow` goes on where it leads to.

        `data` may hold files as `(io.BytesIO(…), "name.csv")`, and lists for several values.
        """
        if not self._csrf:
            found = _TOKEN.search(self.client.get("/desk/sign-in").text)
            assert found
            self._csrf = unescape(found[1])
        form = {"csrf_token": self._csrf, **(data or {})}
        response = self.client.post(path, data=form, follow_redirects=follow)
        if path.startswith("/desk/sign-"):
            self._csrf = ""  # another session has another
        return response


class SignIn(Protocol):
    """What the fixture `sign_in` gives."""

    def __call__(
        self,
        role: Role,
        *,
        district: str | None = None,
        station: str | None = None,
        login: str | None = None,
        language: str = "en",
    ) -> Browser:
        """Add an officer and sign him in, without the cost of a real password."""
        ...


def officers_of(service: Service) -> Officers:
    """Give the register of officers of a service, whose passwords are hashed quickly from now."""
    officers = service.parts.officers
    officers.passwords = Passwords(PasswordHasher(time_cost=1, memory_cost=8, parallelism=1))
    return officers


def sign_in_at(service: Service, officers: Officers) -> SignIn:
    """Give what signs in at any service, such as one on PostgreSQL."""

    def sign_in(
        role: Role,
        *,
        district: str | None = None,
        station: str | None = None,
        login: str | None = None,
        language: str = "en",
    ) -> Browser:
        login = login or f"{role}-{officers.count() + 1}"
        if officers.by_login(login) is None:
            place = Profile(
                name=f"Officer {login}",
                role=role,
                district=district or PATNA,
                station=station or GARDANIBAGH,
                language=language,
            )
            add(service, officers, login, place)
        officer = officers.by_login(login)
        assert officer
        client = service.client
        with client.session_transaction("/desk/") as cookie:
            cookie[TOKEN] = SignIns(officers).start(officer)
        return Browser(client, officer)

    return sign_in


def add(service: Service, officers: Officers, login: str, profile: Profile) -> str:
    """Add an officer who has chosen the password PASSWORD; give his secret for codes."""
    fresh = officers.add(login, checked(profile, service.parts.office.directory))
    officer = officers.by_login(login)
    assert officer
    officers.choose_password(officer, fresh.password, PASSWORD)
    return fresh.secret
