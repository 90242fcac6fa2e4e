"""Hooks: a system of a test's own is told of events, signed and in order, until it has them."""

import hashlib
import hmac
import json
import socket
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from threading import Event, Thread
from typing import Any

import pytest
from time_machine import Traveller, travel
from werkzeug import Request, Response
from werkzeug.serving import make_server

from casework import outside
from casework.hooks import Hooks, pause_after, spent
from casework.outside import NotTaken, Outside, public_address
from core.database import DatabaseDown
from tests.api.conftest import Partner, partner_of
from tests.service import Service

pytestmark = pytest.mark.redis


@dataclass
class Listener:
    """Another system: what it was told, and what it answers."""

    url: str = ""
    status: int = 200
    location: str = ""
    heard: list[tuple[dict[str, str], bytes]] = field(default_factory=list)
    waits_for: Callable[[], None] = lambda: None

    def __call__(self, environ: dict[str, Any], start: Any) -> Any:  # noqa: ANN401  # WSGI
        request = Request(environ)
        self.heard.append((dict(request.headers), request.get_data()))
        self.waits_for()
        headers = {"Location": self.location} if self.location else {}
        return Response(status=self.status, headers=headers)(environ, start)

    @property
    def told(self) -> list[str]:
        """The states it was told of, in the order in which it was."""
        bodies = [json.loads(body) for _, body in self.heard]
        return [event["to_state"] for body in bodies for event in body["events"]]


@contextmanager
def listening() -> Iterator[Listener]:
    here = Listener()
    server = make_server("127.0.0.1", 0, here)
    here.url = f"http://127.0.0.1:{server.server_port}/heard"
    thread = Thread(target=server.serve_forever)
    thread.start()
    yield here
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture
def listener() -> Iterator[Listener]:
    with listening() as here:
        yield here


@contextmanager
def dribbling() -> Iterator[str]:
    """Another system that has the answer ready but for a byte, now and then, for two seconds."""
    over = Event()

    def answer(server: socket.socket) -> None:
        line, _ = server.accept()
        with suppress(OSError), line:
            line.recv(65536)
            line.sendall(b"HTTP/1.1 200 OK\r\nX: ")
            for _ in range(40):
                over.wait(0.05)
                line.sendall(b"a")
            line.sendall(b"\r\nContent-Length: 0\r\n\r\n")

    with socket.create_server(("127.0.0.1", 0)) as server:
        thread = Thread(target=answer, args=(server,))
        thread.start()
        yield f"http://127.0.0.1:{server.getsockname()[1]}/"
        over.set()
        thread.join()


def hook_at(partner: Partner, url: str, **more: object) -> dict[str, Any]:
    answer = partner.post("/hooks", {"url": url, **more})
    assert answer.status_code == 201, answer.text
    hook: dict[str, Any] = json.loads(answer.text)
    return hook


def listed(partner: Partner) -> list[dict[str, Any]]:
    hooks: list[dict[str, Any]] = json.loads(partner.get("/hooks").text)["hooks"]
    return hooks


def told_all(service: Service) -> int:
    """Let the hooks be told, and give how many turns it took."""
    turns = 0
    while service.parts.api.hooks.tell_one():
        turns += 1
    return turns


def moved(partner: Partner, reference: str, *states: str) -> None:
    for state in states:
        assert partner.post(f"/cases/{reference}/moves", {"state": state}).status_code == 201


def test_events_arrive_in_order_once_and_signed(service: Service, listener: Listener) -> None:
    partner = partner_of(service)
    partner.registers("before")
    hook = hook_at(partner, listener.url)
    reference = partner.registers("after")
    moved(partner, reference, "sent_to_station", "under_enquiry")
    told_all(service)
    assert listener.told == ["received", "sent_to_station", "under_enquiry"]
    assert told_all(service) == 0
    [(headers, body)] = listener.heard
    moment, _, given = headers["Pukar-Signature"].partition(",v1=")
    signed = moment.removeprefix("t=").encode() + b"." + body
    expected = hmac.new(hook["secret"].encode(), signed, hashlib.sha256).hexdigest()
    assert given == expected
    assert headers["Pukar-Delivery"]
    assert headers["Content-Type"] == "application/json"
    for personal in ("9800000001", "साइकिल"):
        assert personal not in body.decode()
    assert listed(partner)[0]["told"] == service.parts.api.exchange.head()
    assert "secret" not in listed(partner)[0]


def test_what_is_not_taken_is_posted_again_after_a_pause_under_the_same_name(
    partner: Partner, listener: Listener
) -> None:
    with travel("2026-11-24 12:00:00", tick=False) as clock:
        hook_at(partner, listener.url)
        partner.registers()
        listener.status = 500
        assert told_all(partner.service) == 1
        assert listed(partner)[0]["trouble"] == "it answered 500"
        assert told_all(partner.service) == 0
        clock.shift(pause_after(1))
        listener.status = 204
        assert told_all(partner.service) == 1
    names = [headers["Pukar-Delivery"] for headers, _ in listener.heard]
    assert len(names) == 2
    assert len(set(names)) == 1
    assert listed(partner)[0]["trouble"] is None


def test_pauses_grow_to_an_hour() -> None:
    pauses = [pause_after(each) for each in range(1, 40)]
    assert pauses == sorted(pauses)
    assert pauses[0] == timedelta(seconds=5)
    assert pauses[-1] == timedelta(hours=1)
    assert spent(3) == pauses[0] + pauses[1]


def test_after_five_days_in_vain_a_hook_rests_until_it_is_replayed(
    partner: Partner, listener: Listener
) -> None:
    listener.status = 503
    with travel("2026-11-24 12:00:00", tick=False) as clock:
        hook = hook_at(partner, listener.url)
        partner.registers()
        for _ in _until_it_rests(partner, clock):
            told_all(partner.service)
        now = datetime.now(UTC)
        assert timedelta(days=5) <= now - datetime(2026, 11, 24, 12, tzinfo=UTC)
        assert "given up after 5 days" in listed(partner)[0]["trouble"]
        assert "GIVEN UP" in partner.service.pukar("clients", "hooks")
        listener.status, listener.heard = 200, []
        assert told_all(partner.service) == 0
        assert partner.post(f"/hooks/{hook['id']}/replay", {"after": 0}).status_code == 200
        told_all(partner.service)
    assert listener.told == ["received"]
    assert listed(partner)[0]["is_active"]


def _until_it_rests(partner: Partner, clock: Traveller) -> Iterator[None]:
    for _ in range(200):
        yield
        if not partner.service.parts.api.hooks.all()[0].is_active:
            return
        clock.shift(timedelta(hours=1))
    pytest.fail("it never rests")


def test_a_hook_may_begin_in_the_past_and_be_told_again(
    partner: Partner, listener: Listener
) -> None:
    partner.registers()
    hook = hook_at(partner, listener.url, after=0)
    told_all(partner.service)
    partner.post(f"/hooks/{hook['id']}/replay", {"after": 0})
    told_all(partner.service)
    assert listener.told == ["received", "received"]


def test_a_districts_hook_hears_of_its_district_only(
    sqlite_service: Service, listener: Listener
) -> None:
    state = partner_of(sqlite_service)
    hook_at(partner_of(sqlite_service, "araria", district="ARARIA"), listener.url)
    state.registers()
    assert told_all(sqlite_service) == 1
    assert listener.heard == []
    assert told_all(sqlite_service) == 0


def test_a_deleted_hook_and_one_of_a_revoked_client_are_told_nothing(
    partner: Partner, listener: Listener
) -> None:
    hook = hook_at(partner, listener.url)
    assert partner.asks("DELETE", f"/hooks/{hook['id']}").status_code == 204
    other = partner_of(partner.service, "other")
    hook_at(other, listener.url)
    partner.service.pukar("clients", "revoke", "other")
    partner.registers()
    assert told_all(partner.service) == 0
    assert listener.heard == []


def test_another_clients_hook_is_not_there(partner: Partner) -> None:
    hook = hook_at(partner, "https://hook.example.in/")
    other = partner_of(partner.service, "other")
    assert listed(other) == []
    assert other.asks("DELETE", f"/hooks/{hook['id']}").status_code == 404
    assert other.post(f"/hooks/{hook['id']}/replay", {"after": 0}).status_code == 404
    assert len(listed(partner)) == 1


def test_a_client_has_ten_hooks_at_most(partner: Partner) -> None:
    for number in range(10):
        hook_at(partner, f"https://hook.example.in/{number}")
    answer = partner.post("/hooks", {"url": "https://hook.example.in/more"})
    assert answer.status_code == 409


def test_a_redirection_is_not_followed(partner: Partner, listener: Listener) -> None:
    listener.status, listener.location = 302, listener.url
    hook_at(partner, listener.url)
    partner.registers()
    told_all(partner.service)
    assert len(listener.heard) == 1
    assert listed(partner)[0]["trouble"] == "it answered 302"


def test_a_replay_during_a_delivery_is_not_overwritten_by_it(
    partner: Partner, listener: Listener, monkeypatch: pytest.MonkeyPatch
) -> None:
    hook = hook_at(partner, listener.url, after=0)
    partner.registers()
    post = Outside.post

    def replayed_meanwhile(*given: Any) -> None:  # noqa: ANN401  # as it comes
        monkeypatch.setattr(Outside, "post", post)
        partner.post(f"/hooks/{hook['id']}/replay", {"after": 0})
        post(*given)

    monkeypatch.setattr(Outside, "post", replayed_meanwhile)
    told_all(partner.service)
    assert listener.told == ["received", "received"]


def test_the_work_goes_on_until_it_is_stopped(partner: Partner, listener: Listener) -> None:
    hook_at(partner, listener.url)
    partner.registers()
    stop = Event()
    thread = Thread(target=partner.service.parts.api.hooks.run, args=(stop,))
    thread.start()
    for _ in range(200):
        if listener.heard:
            break
        stop.wait(0.05)
    stop.set()
    thread.join(10)
    assert not thread.is_alive()
    assert listener.told == ["received"]


def test_a_slow_system_keeps_no_other_waiting(partner: Partner, listener: Listener) -> None:
    with listening() as slow:
        hook_at(partner, slow.url)
        hook_at(partner, listener.url)
        stop, other_was_told, in_time = Event(), Event(), Event()
        listener.waits_for = other_was_told.set

        def wait() -> None:
            if other_was_told.wait(5):
                in_time.set()

        slow.waits_for = wait
        partner.registers()
        thread = Thread(target=partner.service.parts.api.hooks.run, args=(stop,))
        thread.start()
        was_in_time = in_time.wait(8)
        stop.set()
        thread.join(10)
    assert was_in_time
    assert not thread.is_alive()
    assert listener.told == slow.told == ["received"]


def test_a_database_that_is_away_or_a_fault_does_not_end_the_work(
    partner: Partner, listener: Listener, monkeypatch: pytest.MonkeyPatch
) -> None:
    hook_at(partner, listener.url)
    partner.registers()
    hooks = partner.service.parts.api.hooks
    troubles: list[Exception] = [DatabaseDown("away"), ValueError("a fault")]
    stop, tell_one = Event(), Hooks.tell_one

    def troubled(self: Hooks) -> bool:
        if troubles:
            raise troubles.pop()
        stop.set()
        return tell_one(self)

    monkeypatch.setattr(Hooks, "tell_one", troubled)
    monkeypatch.setattr("core.rounds._PAUSE_IN_TROUBLE_SECONDS", 0.01)
    monkeypatch.setattr("casework.hooks._ROUND_SECONDS", 0.01)
    hooks.run(stop)
    assert listener.told == ["received"]


# --- Not into our own network


@pytest.mark.parametrize(
    "address",
    [
        "127.0.0.1",
        "10.1.2.3",
        "192.168.0.1",
        "172.16.0.9",
        "169.254.169.254",
        "0.0.0.0",  # noqa: S104  # an address that is tried
        "100.64.0.1",
        "224.0.0.1",
        "::1",
        "fe80::1%1",
        "fd00::1",
        "::ffff:127.0.0.1",
        "2002:7f00:1::",
        "64:ff9b::7f00:1",
        "64:ff9b:1::1",
        "fec0::1",
        "::7f00:1",
        "::ffff:0:7f00:1",
    ],
)
def test_production_never_connects_into_our_own_network(
    address: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    found = [(0, 0, 0, "", ("8.8.8.8", 443)), (0, 0, 0, "", (address, 443))]
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_, **__: found)
    with pytest.raises(OSError, match="not on the open internet"):
        public_address("hook.example.in", 443)
    with pytest.raises(NotTaken, match="not on the open internet"):
        Outside(is_demo=False).post("https://hook.example.in/", b"{}", {})


def test_production_connects_to_the_address_that_it_checked(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    answers = iter(["8.8.8.8", "127.0.0.1"])
    connected: list[str] = []

    def changing(host: str, *_: object, **__: object) -> list[Any]:
        return [(0, 0, 0, "", (host if host[0].isdigit() else next(answers), 443))]

    def refused(address: tuple[str, int], *_: object, **__: object) -> None:
        connected.append(address[0])
        raise OSError("refused")

    monkeypatch.setattr(socket, "getaddrinfo", changing)
    monkeypatch.setattr("urllib3.util.connection.create_connection", refused)
    with pytest.raises(NotTaken, match="cannot be reached"):
        Outside(is_demo=False).post("https://hook.example.in/", b"{}", {})
    assert connected == ["8.8.8.8"]


def test_production_takes_https_only(partner: Partner, listener: Listener) -> None:
    api = partner.service.parts.api
    strict = Hooks(api.exchange, partner.service.parts.database, api.seal, is_demo=False)
    [client] = api.clients.all()
    with pytest.raises(Exception, match="begins with https"):
        strict.add(client, listener.url)
    assert strict.add(client, "https://hook.example.in/")[0].is_active
    with pytest.raises(NotTaken):
        Outside(is_demo=False).post(listener.url, b"{}", {})
    assert listener.heard == []


def test_a_host_that_does_not_answer_is_given_up_in_time(
    monkeypatch: pytest.MonkeyPatch, listener: Listener
) -> None:
    monkeypatch.setattr(outside, "SECONDS", 0.05)
    with socket.create_server(("127.0.0.1", 0)) as silent:
        url = f"http://127.0.0.1:{silent.getsockname()[1]}/"
        with pytest.raises(NotTaken, match="no answer"):
            Outside(is_demo=True).post(url, b"{}", {})
    assert listener.heard == []


def test_a_host_that_answers_byte_by_byte_is_given_up_in_time(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(outside, "SECONDS", 0.3)
    with dribbling() as url, pytest.raises(NotTaken, match="no answer within"):
        Outside(is_demo=True).post(url, b"{}", {})
