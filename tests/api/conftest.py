"""Clients of the API, as its tests meet them."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType

import pytest
from sqlalchemy import update
from werkzeug.test import TestResponse

from casework.clients import SCOPES
from core.tables import cases
from tests.service import Service, service_with

GARDANIBAGH = "5117029"


@dataclass
class Partner:
    """Another system, with its token."""

    service: Service
    token: str

    def get(self, path: str) -> TestResponse:
        return self.asks("GET", path)

    def post(self, path: str, body: object, *, key: str = "") -> TestResponse:
        headers = {"Idempotency-Key": key} if key else {}
        return self.asks("POST", path, json.dumps(body), headers)

    def asks(
        self,
        method: str,
        path: str,
        body: str | None = None,
        headers: Mapping[str, str] = MappingProxyType({}),
    ) -> TestResponse:
        known = {"Authorization": f"Bearer {self.token}", "Content-Type": "application/json"}
        return self.service.client.open(
            f"/api/v1{path}", method=method, data=body, headers={**known, **headers}
        )

    def registers(self, external_id: str = "a1", **more: object) -> str:
        """Register a theft, and give its reference number."""
        answer = self.post("/cases", complaint(external_id, **more))
        assert answer.status_code == 201, answer.text
        return str(json.loads(answer.text)["reference"])


def complaint(external_id: str = "a1", **more: object) -> dict[str, object]:
    return {
        "external_id": external_id,
        "kind": "theft",
        "phone": "+919800000001",
        "station": GARDANIBAGH,
        "story": "कल रात साइकिल चोरी हो गई",
        **more,
    }


def lost_phone(external_id: str = "l1", **more: object) -> dict[str, object]:
    return {
        "external_id": external_id,
        "service": "lost_property",
        "phone": "+919800000001",
        "station": GARDANIBAGH,
        "told": {"lost": "mobile", "lost_on": "2026-11-20"},
        **more,
    }


def partner_of(
    service: Service,
    name: str = "cctns",
    *,
    scopes: tuple[str, ...] = SCOPES,
    district: str | None = None,
) -> Partner:
    return Partner(service, service.parts.api.clients.add(name, scopes, district))


def change(service: Service, reference: str, **columns: object) -> None:
    """Have columns of a case as no work would leave them."""
    one = update(cases).where(cases.c.reference == reference)
    with service.parts.database.writing() as connection:
        connection.execute(one.values(**columns))


@pytest.fixture
def partner(sqlite_service: Service) -> Partner:
    """A system that serves the whole state and may do everything."""
    return partner_of(sqlite_service)


@pytest.fixture
def tireless_service(
    sqlite_database_url: str,
    fresh_redis_url: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> Iterator[Service]:
    """A service that lets a client ask, and a stranger fail, as often as a tester does."""
    monkeypatch.setattr("api.rates.FAILURES_OF_AN_ADDRESS", "1000000/minute")
    stores = {"database_url": sqlite_database_url, "redis_url": fresh_redis_url}
    with service_with(**stores, data_dir=tmp_path, api_rate="1000000/minute") as service:
        yield service
