"""The page with the phones in a browser; what it complains of on its console fails the test."""

import socket
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Thread

import pytest
from flask import Flask
from playwright.sync_api import Page, sync_playwright
from werkzeug.serving import make_server

from tests.service import Service, service_with

CHROMIUM = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
    "--use-fake-device-for-media-stream",
    "--use-fake-ui-for-media-stream",
]


@contextmanager
def serving(app: Flask, port: int = 0) -> Iterator[str]:
    """Serve an application on this machine, at a free port or a given one; give its address."""
    server = make_server("127.0.0.1", port, app, threaded=True)
    thread = Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.port}"
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture
def address(sqlite_service: Service) -> Iterator[str]:
    with serving(sqlite_service.app) as address:
        yield address


@pytest.fixture
def speaking(
    sqlite_database_url: str, fresh_redis_url: str, tmp_path: Path, clips: Path
) -> Iterator[Service]:
    """A service that speaks, and knows its own address as the demo does."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    here = f"http://127.0.0.1:{port}"
    with service_with(
        database_url=sqlite_database_url,
        redis_url=fresh_redis_url,
        data_dir=tmp_path,
        audio_dir=clips,
        port=port,
        public_url=here,
        voice_gateway="africastalking",
        africastalking_voice_url=f"{here}/simulator/voice",
        missed_call_number="06120000001",
    ) as service:
        yield service


@pytest.fixture
def page(address: str, chromium_path: Path) -> Iterator[Page]:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium_path, args=CHROMIUM)
        page = browser.new_page(base_url=address)
        page.set_default_timeout(10_000)
        complaints: list[str] = []
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.on("console", lambda line: complaints.append(line.text))
        page.goto("/simulator/")
        yield page
        browser.close()
    assert complaints == []
