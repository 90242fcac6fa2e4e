"""What happened since, and the stations there are."""

from __future__ import annotations

from flask import Blueprint
from spectree import SpecTree

from api.description import answers
from api.door import client, needs
from api.models import (
    EventLine,
    EventPage,
    EventsAsked,
    StationLine,
    StationPage,
    StationsAsked,
)
from api.parts import ApiParts
from core.directory import Station


def feed_views(api: Blueprint, spec: SpecTree, parts: ApiParts) -> None:
    """Add the addresses of events and stations."""

    @api.get("/events")
    @needs("events:read")
    @spec.validate(resp=answers(200, EventPage), tags=["events"])
    def list_events(query: EventsAsked) -> EventPage:
        """List what happened to the cases this client sees, in the order of commits, no gaps."""
        told = parts.exchange.events(client().viewer, query.after, query.most)
        events = [EventLine.model_validate(each) for each in told.events]
        return EventPage(events=events, next=told.next, more=told.more)

    @api.get("/stations")
    @needs("stations:read")
    @spec.validate(resp=answers(200, StationPage), tags=["stations"])
    def list_stations(query: StationsAsked) -> StationPage:
        """List the police stations by their codes, page by page."""
        wanted = query.district or ""
        found = sorted(
            (each.code, each)
            for each in parts.office.directory.stations
            if each.code > query.after and wanted in ("", each.district.code)
        )[: query.most + 1]
        page = [_line(station) for _, station in found[: query.most]]
        return StationPage(stations=page, next=page[-1].code if len(found) > len(page) else None)


def _line(station: Station) -> StationLine:
    return StationLine(
        code=station.code,
        district=station.district.code,
        name_en=station.name.latin,
        name_hi=station.name.devanagari,
        kind=station.kind,
        telephone=station.telephone,
        closed=station.closed,
    )
