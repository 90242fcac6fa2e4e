"""The demo's records of the police: a few made-up vehicles, cases (FIRs) and wanted persons."""

from __future__ import annotations

from collections.abc import Mapping
from typing import get_args

from casework.record_rows import check_rows
from console.parts import Parts
from core.clock import HERE, now
from core.service_entry import Records

_KOTWALI, _GARDANIBAGH = "5117044", "5117029"  # Patna
_WHO = "demo"


def bring_records(parts: Parts) -> None:
    """Bring the records that the demo has not got yet."""
    today = now().astimezone(HERE).date()
    rows = _rows(str(today.year))
    for kind in get_args(Records):
        if parts.api.records.current(kind) is None:
            checked = check_rows(kind, enumerate(rows[kind]), parts.office.directory)
            for _ in parts.api.records.replace(kind, today, checked.kept, _WHO):
                pass


def _rows(year: str) -> Mapping[Records, list[dict[str, str]]]:
    fir = {"station": _KOTWALI, "year": year}
    return {
        "vehicles": [
            {"plate": "BR01ZZ0001", "status": "stolen", "station": _KOTWALI},
            {"plate": "BR01ZZ0002", "status": "recovered", "station": _GARDANIBAGH},
            {"plate": "BR01ZY0001", "status": "stolen"},  # on the same keys as the first
        ],
        "firs": [
            {**fir, "number": "7", "state": "under_investigation", "sections": "BNS 303(2)"},
            {**fir, "number": "8", "state": "chargesheet_filed", "sections": "BNS 115(2), 351"},
            {**fir, "number": "9", "state": "disposed", "sections": "BNS 64"},  # closed
        ],
        "wanted": [
            _person("PATNA", "Made-up Name One", "बनावटी नाम एक", "50000"),
            _person("PATNA", "Made-up Name Two", "बनावटी नाम दो"),
            _person("GAYA", "Made-up Name Three", "बनावटी नाम तीन", "25000"),
        ],
    }


def _person(district: str, name_en: str, name_hi: str, reward: str = "") -> dict[str, str]:
    return {"district": district, "name_en": name_en, "name_hi": name_hi, "reward": reward}
