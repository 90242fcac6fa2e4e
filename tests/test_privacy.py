"""Personal data: sealed at rest, masked in logs."""

from pathlib import Path

import pytest
from cryptography.fernet import Fernet

from core.sealing import Seal, Unreadable
from tests.service import Service, registers, service_with

pytestmark = pytest.mark.redis

STORY = "मेरी साइकिल लाल रंग की थी"
PHONE = "+919812345678"


def test_no_store_holds_a_phone_number_or_a_story_in_clear(
    sqlite_database_url: str, fresh_redis_url: str, tmp_path: Path
) -> None:
    stores = {"database_url": sqlite_database_url, "redis_url": fresh_redis_url}
    with service_with(**stores, data_dir=tmp_path) as service:
        registers(service.caller(PHONE), STORY)
        service.caller(PHONE).dials().types("1").types("4").drops()
        files = Path(sqlite_database_url.removeprefix("sqlite:///")).parent.glob("pukar.db*")
        kept = [file.read_bytes() for file in files]
        kept += [dumped for key in service.redis.scan_iter() if (dumped := service.redis.dump(key))]
    assert len(kept) > 1
    for secret in (PHONE[3:], STORY, "साइकिल"):
        assert not [each for each in kept if secret.encode() in each]


def test_logs_show_neither(service: Service, capsys: pytest.CaptureFixture[str]) -> None:
    registers(service.caller(PHONE), STORY)
    service.inbox(PHONE)
    shown = capsys.readouterr()
    assert "letter_sent" in shown.err
    assert "+91******5678" in shown.err
    for secret in ("9812345678", "साइकिल"):
        assert secret not in shown.err + shown.out


def test_keys_rotate_and_what_was_sealed_before_still_opens() -> None:
    old, new = (Fernet.generate_key().decode() for _ in range(2))
    sealed = Seal(old, "s").close(STORY)
    rotated = Seal(f"{new},{old}", "s")
    assert rotated.open(sealed) == STORY
    assert Seal(new, "s").open(rotated.close(STORY)) == STORY
    with pytest.raises(Unreadable):
        Seal(new, "s").open(sealed)


def test_a_fault_is_logged_without_what_it_was_about(
    sqlite_database_url: str,
    fresh_redis_url: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """In production the log is JSON, with the frames of the fault but none of their values."""
    stores = {"database_url": sqlite_database_url, "redis_url": fresh_redis_url}
    with service_with(
        **stores, data_dir=tmp_path, env="production", webhook_key="k", sms_gateways=""
    ) as service:

        def stumbles(*_: object, **__: object) -> None:
            raise RuntimeError("a fault of ours")

        monkeypatch.setattr(service.parts.office.sessions, "open", stumbles)
        form = {"id": "1", "from": PHONE, "to": "1", "text": STORY}
        assert (
            service.client.post("/sms/africastalking/inbound?key=k", data=form).status_code == 200
        )
        form = {"sessionId": "s", "phoneNumber": PHONE, "text": STORY}
        service.client.post("/ussd/africastalking?key=k", data=form)
    shown = capsys.readouterr().err
    assert shown.count("a fault of ours") >= 2
    for secret in (PHONE[3:], "साइकिल"):
        assert secret not in shown
