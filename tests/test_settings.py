"""Settings: the demo needs none, production falls back on nothing."""

from pathlib import Path

import pytest
from cryptography.fernet import Fernet

from core.settings import Settings, SettingsError, read_settings
from tests.service import registers, service_with

ROOT = Path(__file__).parent.parent


@pytest.fixture(autouse=True)
def an_empty_environment(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for field in Settings.model_fields.values():
        monkeypatch.delenv(str(field.alias), raising=False)
    monkeypatch.chdir(tmp_path)


def test_the_demo_needs_none_and_keeps_its_keys() -> None:
    first, second = read_settings(), read_settings()
    assert first == second
    assert first.database_url.startswith("sqlite:///")
    assert first.has_embedded_redis
    assert (Path("var") / "keys.json").stat().st_mode & 0o077 == 0


def test_production_names_each_setting_that_is_missing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PUKAR_ENV", "production")
    monkeypatch.setenv("DATABASE_URL", "postgresql://localhost/pukar")
    with pytest.raises(SettingsError) as error:
        read_settings()
    missing = [line.split()[0] for line in str(error.value).splitlines()]
    assert missing == [
        "REDIS_URL",
        "SECRET_KEY",
        "DATA_KEYS",
        "WEBHOOK_KEY",
        "SERVICE_CODE",
        "VOICE_NUMBER",
        "SMS_NUMBER",
        "RECORDINGS_URL",
    ]


@pytest.mark.redis
def test_production_leaves_letters_in_the_outbox_until_a_gateway_is_connected(
    sqlite_database_url: str, fresh_redis_url: str, tmp_path: Path
) -> None:
    stores = {"database_url": sqlite_database_url, "redis_url": fresh_redis_url}
    with service_with(**stores, data_dir=tmp_path, env="production", sms_gateways="") as service:
        registers(service.caller())
        assert service.parts.postman.round() == 0
        assert "letters wait in the outbox" in service.pukar("gateways")
        assert service.parts.outbox.counts() == {"due": 1}


@pytest.mark.parametrize(
    ("name", "value", "said"),
    [
        ("PORT", "abc", "PORT: "),
        ("PORT", "80000", "PORT: "),
        ("PUKAR_ENV", "Production", "PUKAR_ENV: "),
        ("SMS_GATEWAYS", "kanel", "'kanel' is no gateway"),
        ("SMS_GATEWAYS", "kannel:x", "'kannel:x': the weight is"),
        ("SMS_GATEWAYS", "simulator:3:nan", "the letters per second"),
        ("SMS_GATEWAYS", "simulator:3:1e-300", "the letters per second"),
        ("SMS_GATEWAYS", "simulator:0", "the weight is"),
        ("SMS_GATEWAYS", "simulator,simulator", "stands there twice"),
        ("SMS_GATEWAYS", "africastalking:1:2:3", "is no gateway"),
        ("SMS_GATEWAYS", "simulator::dlt", "the weight is"),
        ("SMS_GATEWAYS", "simulator:1:dlt", "DLT_ENTITY_ID and DLT_HEADER must be set"),
        ("QUIET_HOURS", "21:00", "QUIET_HOURS looks like"),
        ("QUIET_HOURS", "21:00Z-08:00Z", "QUIET_HOURS looks like"),
        ("QUIET_HOURS", "21-08", "QUIET_HOURS looks like"),
        ("CALL_HOURS", "6-22", "CALL_HOURS looks like"),
        ("MISSED_CALL_NUMBER", "abc", "MISSED_CALL_NUMBER looks like"),
        ("EMERGENCY_DIAL", "+91 612", "EMERGENCY_DIAL looks like"),
        ("HELPLINES_DIAL", "1098", "HELPLINES_DIAL looks like"),
        ("FEES", "nothing=50", "FEES: there is no service nothing"),
        ("VOICE_GATEWAY", "exotel", "VOICE_GATEWAY: "),
        ("AFRICASTALKING_RECORDING_HOSTS", "https://x/", "AFRICASTALKING_RECORDING_HOSTS looks"),
        ("PUBLIC_URL", "https://x.example.in/", "PUBLIC_URL looks like"),
        ("PUBLIC_URL", "x.example.in", "PUBLIC_URL looks like"),
        ("REDIS_URL", "localhost:6379", "REDIS_URL looks like"),
        ("DATABASE_URL", "/var/x", "DATABASE_URL looks like"),
        ("DATABASE_URL", "mysql://x/y", "DATABASE_URL looks like"),
        ("KANNEL_SEND_URL", "127.0.0.1:13013", "KANNEL_SEND_URL looks like"),
        ("SMS_NUMBER", "abc", "SMS_NUMBER looks like"),
        ("DATA_KEYS", "bad", "DATA_KEYS must be Fernet keys"),
        ("DATA_KEYS", ",", "DATA_KEYS must be Fernet keys"),
    ],
)
def test_a_wrong_value_is_said_in_a_line(
    monkeypatch: pytest.MonkeyPatch, name: str, value: str, said: str
) -> None:
    monkeypatch.setenv(name, value)
    with pytest.raises(SettingsError, match=said) as error:
        read_settings()
    assert len(str(error.value).splitlines()) == 1


def test_production_wants_secrets_that_cannot_be_guessed(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("SECRET_KEY", "WEBHOOK_KEY", "VOICE_NUMBER"):
        monkeypatch.setenv(name, "x")
    monkeypatch.setenv("DATABASE_URL", "postgresql://localhost/pukar")
    monkeypatch.setenv("REDIS_URL", "redis://localhost:6379/0")
    monkeypatch.setenv("SMS_NUMBER", "56161")
    monkeypatch.setenv("RECORDINGS_URL", "/srv/stories")
    monkeypatch.setenv("SERVICE_CODE", "*123#")
    monkeypatch.setenv("DATA_KEYS", Fernet.generate_key().decode())
    monkeypatch.setenv("PUKAR_ENV", "production")
    with pytest.raises(SettingsError) as error:
        read_settings()
    assert [line.split(":")[0] for line in str(error.value).splitlines()] == [
        "SECRET_KEY is too short",
        "WEBHOOK_KEY is too short",
    ]


def test_a_gateway_in_use_needs_its_settings(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SMS_GATEWAYS", "twilio:2:0.5, kannel:3:20:dlt, africastalking")
    with pytest.raises(SettingsError) as error:
        read_settings()
    said = str(error.value)
    for name in ("TWILIO_AUTH_TOKEN", "KANNEL_SEND_URL", "AFRICASTALKING_API_KEY", "DLT_ENTITY_ID"):
        assert name in said


@pytest.mark.parametrize("rate", ["0", "0.01", "0.5", ".5", "20", "1.25", "9999"])
def test_what_a_rate_may_be(monkeypatch: pytest.MonkeyPatch, rate: str) -> None:
    monkeypatch.setenv("SMS_GATEWAYS", f"simulator:3:{rate}")
    assert read_settings().gateways_in_use[0].per_second == float(rate)


def test_a_dotenv_file_is_read() -> None:
    Path(".env").write_text("SERVICE_CODE=*123#\n")
    assert read_settings().service_code == "*123#"


def test_every_setting_is_documented() -> None:
    documented = (ROOT / "docs" / "settings.md").read_text()
    for field in Settings.model_fields.values():
        assert f"`{field.alias}`" in documented


@pytest.mark.redis
def test_production_shows_no_simulator_and_wants_the_webhook_key(
    sqlite_database_url: str, fresh_redis_url: str, tmp_path: Path
) -> None:
    stores = {"database_url": sqlite_database_url, "redis_url": fresh_redis_url}
    with service_with(
        **stores, data_dir=tmp_path, env="production", webhook_key="sesame", sms_gateways=""
    ) as service:
        form = service.caller().form() | {"sessionId": "S"}
        for key, status in (("", 403), ("?key=", 403), ("?key=sesam", 403), ("?key=sesame", 200)):
            for address in ("/ussd/africastalking", "/ussd/africastalking/events"):
                assert service.client.post(address + key, data=form).status_code == status
        assert service.client.get("/simulator/").status_code == 404


@pytest.mark.redis
def test_an_operator_without_unicode_gets_roman_script_and_is_offered_no_devanagari(
    sqlite_database_url: str, fresh_redis_url: str, tmp_path: Path
) -> None:
    stores = {"database_url": sqlite_database_url, "redis_url": fresh_redis_url}
    with service_with(**stores, data_dir=tmp_path, africastalking_ussd_units=0) as service:
        caller = service.caller().dials()
        menu = caller.screen
        languages = caller.chooses("Bhasha").screen
    assert menu.startswith("Pukar: Bihar Police\n1 Shikayat\n2 ")
    assert (menu + languages).isascii()
    assert languages.endswith("\n1 Hindi (ABC)\n2 English\n0 Vapas")
