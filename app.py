"""Puts the parts together: the only file that knows all of them."""

from __future__ import annotations

from collections.abc import Mapping
from urllib.parse import quote

import click
from flask import Blueprint, Flask, redirect
from flask.cli import FlaskGroup

from api.blueprint import api_blueprint
from api.parts import ApiParts
from audio.blueprint import audio_blueprint
from audio.library import Library
from audio.vault import Vault
from casework.accesses import Accesses
from casework.calendar import Calendar
from casework.casebook import Casebook
from casework.clients import Clients
from casework.duplicates import Duplicates
from casework.exchange import Exchange
from casework.figures import Figures
from casework.hooks import Hooks
from casework.officers import Officers
from casework.overseer import Overseer
from casework.records import RecordSets
from casework.repeats import Repeats
from casework.seen import SeenCases
from casework.sign_in import SignIns
from casework.stations import Stations
from casework.work import Work
from console.commands import COMMANDS
from console.parts import KEY, Parts
from core.calls import Calls
from core.case_file import CaseFiles
from core.cases import Cases
from core.citizens import Citizens
from core.database import Database, DatabaseDown
from core.deliveries import Deliveries
from core.dlt import Register
from core.duty_officer import Office
from core.embedded import NoRedis, end_with_parent
from core.gateway_shares import GatewayShares
from core.gazetteer import Gazetteer
from core.health import health_blueprint
from core.inbox import Inbox
from core.language import read_languages
from core.letters import Letterhead
from core.limits import Limits
from core.logs import configure_logs
from core.outbox import Outbox
from core.phone import PhoneError, normalise_phone
from core.recordings import Recordings
from core.records import RecordBooks
from core.sealing import Seal
from core.session_ends import SessionEnds
from core.sessions import Sessions, SessionsDown
from core.settings import Settings, SettingsError, read_settings
from core.voice_gaps import VoiceGaps
from desk.blueprint import desk_blueprint
from desk.parts import DeskParts
from desk.words import DeskWords, teach
from ivr.blueprint import ivr_blueprint
from ivr.collector import Collector
from ivr.dialler import Dialler
from ivr.entrance import Entrance as IvrEntrance
from ivr.entrance import Files
from ivr.gateway import Gateway as VoiceGateway
from ivr.gateways.africastalking import AfricasTalking as AfricasTalkingVoice
from ivr.gateways.twilio import Twilio as TwilioVoice
from ivr.visit import Desk
from ivr.voice import Voices
from providers.twilio import Account
from simulator.page import simulator_page
from simulator.voice import Voice as PlayedVoice
from sms.blueprint import sms_blueprint
from sms.entrance import Entrance as SmsEntrance
from sms.entrance import own_numbers
from sms.gateway import Gateway as SmsGateway
from sms.gateways.africastalking import AfricasTalking as AfricasTalkingSms
from sms.gateways.kannel import Kannel
from sms.gateways.simulator import Simulator
from sms.gateways.twilio import Twilio
from sms.postman import Postman, PostOffice
from sms.switchboard import Route, Switchboard
from ussd.blueprint import ussd_blueprint
from ussd.entrance import Entrance
from ussd.gateway import Gateway as UssdGateway
from ussd.gateways.africastalking import AfricasTalking

LARGEST_REQUEST = 256 * 1024  # bytes


def create_app(settings: Settings | None = None) -> Flask:
    """Make the web application of the service."""
    settings = settings or read_settings()
    configure_logs(as_json=not settings.is_demo)
    seal = Seal(settings.data_keys, settings.secret_key)
    vault = _vault(settings, seal)
    database = Database(settings.database_url)
    languages = read_languages()
    letterhead = Letterhead(settings.voice_number, settings.service_code, settings.sms_number)
    register = Register(database, languages, letterhead)
    phones = Simulator(settings.data_dir / "inbox.jsonl")
    sms_gateways = _sms_gateways(settings, phones)
    shares = GatewayShares(database)
    switchboard = Switchboard(_routes(settings, sms_gateways), shares)
    limits = Limits(database)
    calls, recordings = Calls(database, seal), Recordings(database, seal)
    office = Office(
        gazetteer=Gazetteer(database),
        languages=languages,
        cases=Cases(CaseFiles(database, seal, limits)),
        citizens=Citizens(database, seal),
        sessions=Sessions(settings.redis_url, seal),
        helpline=settings.voice_number,
        sms_number=settings.sms_number,
        carries_news=lambda language: switchboard.carries_news(register, language),
        records=RecordBooks(database),
        fees=settings.fees_by_service,
        calls=calls if settings.has_voice else None,
    )
    outbox, deliveries = Outbox(database), Deliveries(database, seal)
    postman = Postman(
        PostOffice(
            outbox=outbox,
            deliveries=deliveries,
            citizens=office.citizens,
            switchboard=switchboard,
            register=register,
            languages=languages,
            letterhead=letterhead,
            seal=seal,
            quiet_hours=settings.nights,
        )
    )
    sms_entrance = SmsEntrance(
        office=office,
        inbox=Inbox(database, seal),
        deliveries=deliveries,
        seal=seal,
        own_numbers=own_numbers(
            [
                settings.sms_number,
                settings.africastalking_sender,
                settings.twilio_number,
                settings.kannel_sender,
            ]
        ),
        carries_words=switchboard.carries_words,
    )
    ussd_gateways: list[UssdGateway] = [AfricasTalking(settings.africastalking_budget)]
    key = "" if settings.is_demo else settings.webhook_key
    voice_gateways = {each.name: each for each in _voice_gateways(settings, key)}
    library, gaps = Library(settings.audio_dir.resolve()), VoiceGaps(database)
    voices = Voices(library, gaps, settings.public_url)
    desk = Desk(office, voices, seal, settings.dials)
    ends = SessionEnds(database, seal)
    files = Files(calls, recordings, outbox, ends, letterhead)

    officers = Officers(database, seal)
    api = _api_parts(settings, office, seal)

    app = Flask(__name__, static_folder=None)
    app.config["MAX_CONTENT_LENGTH"] = LARGEST_REQUEST
    app.extensions[KEY] = Parts(
        settings=settings,
        database=database,
        office=office,
        outbox=outbox,
        shares=shares,
        register=register,
        switchboard=switchboard,
        postman=postman,
        entrance=sms_entrance,
        library=library,
        vault=vault,
        calls=calls,
        recordings=recordings,
        gaps=gaps,
        collector=Collector(recordings, voice_gateways, vault),
        overseer=Overseer(office.cases.files, office.gazetteer),
        calendar=Calendar(database, limits, office.gazetteer.shipped),
        dialler=_dialler(settings, calls, voice_gateways, seal),
        officers=officers,
        api=api,
    )
    app.register_blueprint(health_blueprint(database, office.sessions))
    for gateway in ussd_gateways:
        entrance = Entrance(gateway, office, ends, seal)
        app.register_blueprint(ussd_blueprint(entrance, key))
    for each in sms_gateways:
        app.register_blueprint(sms_blueprint(each, sms_entrance, settings.public_url, key))
    missed_call_number = _as_phone(settings.missed_call_number)
    for voice_gateway in voice_gateways.values():
        ivr_entrance = IvrEntrance(voice_gateway, desk, files, missed_call_number)
        app.register_blueprint(ivr_blueprint(ivr_entrance, settings.public_url, key))
    app.register_blueprint(audio_blueprint(library))
    if settings.is_demo:
        app.register_blueprint(_simulator(settings, phones, library))
        app.add_url_rule("/", "start", lambda: redirect("/simulator/"))
    app.register_blueprint(api_blueprint(api))
    teach(app)
    app.register_blueprint(
        desk_blueprint(
            DeskParts(
                settings=settings,
                office=office,
                words=DeskWords(languages),
                work=Work(office.cases.files),
                limits=limits,
                outbox=outbox,
                deliveries=deliveries,
                letterhead=letterhead,
                recordings=recordings,
                vault=vault,
                shares=shares,
                register=register,
                seal=seal,
                officers=officers,
                sign_ins=SignIns(officers),
                stations=Stations(database, office.gazetteer),
                casebook=Casebook(database, seal),
                accesses=Accesses(database, seal),
                duplicates=Duplicates(database, seal),
                figures=Figures(database),
                seen=SeenCases(database),
                calls=calls,
            )
        )
    )
    for command in COMMANDS:
        app.cli.add_command(command)
    return app


def _api_parts(settings: Settings, office: Office, seal: Seal) -> ApiParts:
    database = office.cases.files.database
    exchange = Exchange(database, seal)
    return ApiParts(
        office=office,
        clients=Clients(database, seal),
        exchange=exchange,
        accesses=Accesses(database, seal),
        repeats=Repeats(database, seal),
        hooks=Hooks(exchange, database, seal, is_demo=settings.is_demo),
        work=Work(office.cases.files),
        records=RecordSets(database, office.records),
        seal=seal,
        redis_url=settings.redis_url,
        rate=settings.api_rate,
        proxies=settings.proxies,
    )


def _sms_gateways(settings: Settings, phones: Simulator) -> list[SmsGateway]:
    """Make every gateway: each may call us, whichever of them letters go through."""
    key = f"?key={quote(settings.webhook_key, safe='')}"
    dlt = {"pe_id": settings.dlt_entity_id}
    if settings.dlt_chain_hash:
        dlt["tm_id"] = settings.dlt_chain_hash
    gateways: list[SmsGateway] = [
        AfricasTalkingSms(
            settings.africastalking_username,
            settings.africastalking_api_key,
            base_url=settings.africastalking_base_url,
            sender=settings.africastalking_sender,
            timeout=settings.sms_timeout,
        ),
        Twilio(
            _twilio_account(settings),
            number=settings.twilio_number,
            public_url=settings.public_url,
            timeout=settings.sms_timeout,
        ),
        Kannel(
            settings.kannel_send_url,
            settings.kannel_username,
            settings.kannel_password,
            sender=settings.kannel_sender,
            receipt_url=f"{settings.public_url}/sms/kannel/delivery{key}",
            dlt=dlt,
            timeout=settings.sms_timeout,
        ),
    ]
    return [*gateways, phones] if settings.is_demo else gateways


def _voice_gateways(settings: Settings, key: str) -> list[VoiceGateway]:
    """Make every gateway: each may call us, whichever of them makes our calls."""
    number = _as_phone(settings.voice_number)
    hosts = settings.africastalking_recording_hosts.replace(" ", "").split(",")
    return [
        AfricasTalkingVoice(
            settings.africastalking_username or "demo",
            settings.africastalking_api_key or "demo",
            base_url=settings.africastalking_voice_url,
            number=number,
            hosts=filter(None, hosts),
            public_url=settings.public_url,
            key=quote(key, safe=""),
        ),
        TwilioVoice(_twilio_account(settings), number=number, public_url=settings.public_url),
    ]


def _dialler(
    settings: Settings, calls: Calls, gateways: Mapping[str, VoiceGateway], seal: Seal
) -> Dialler | None:
    if not settings.has_voice:
        return None
    gateway = gateways[settings.voice_gateway]
    quiet_hours = settings.hours_without_calls
    return Dialler(calls, gateway, seal, quiet_hours, settings.letters_by_call)


def _vault(settings: Settings, seal: Seal) -> Vault:
    """Open the store of recordings: by default a folder among our data."""
    address = settings.recordings_url or str(settings.data_dir.resolve() / "recordings")
    try:
        return Vault(address, seal)
    except (ImportError, ValueError) as error:
        raise SettingsError(f"RECORDINGS_URL: {error}") from error


def _simulator(settings: Settings, phones: Simulator, library: Library) -> Blueprint:
    voice = PlayedVoice(
        settings.voice_number,
        settings.missed_call_number,
        settings.data_dir / "voice",
        library.transcript_of,
        settings.public_url,
    )
    return simulator_page(phones, settings.service_code, settings.sms_number, voice)


def _as_phone(number: str) -> str:
    """Give a number as callers' numbers are written; a short code stays as it is."""
    try:
        return normalise_phone(number)
    except PhoneError:
        return number


def _twilio_account(settings: Settings) -> Account:
    return Account(
        settings.twilio_account_sid, settings.twilio_auth_token, settings.twilio_base_url
    )


def _routes(settings: Settings, gateways: list[SmsGateway]) -> list[Route]:
    by_name = {gateway.name: gateway for gateway in gateways}
    return [
        Route(by_name[each.name], each.weight, each.per_second, each.is_dlt)
        for each in settings.gateways_in_use
    ]


def create_served_app() -> Flask:
    """Make the application in a process of the server, which must not outlive its parent."""
    end_with_parent()
    return create_app()


def _app_of_commands() -> Flask:
    try:
        return create_app()
    except (SettingsError, OSError) as error:
        raise click.ClickException(str(error)) from error


class Console(FlaskGroup):
    """The commands, whose foreseen troubles are said in a line."""

    def invoke(self, ctx: click.Context) -> object:
        """Run a command."""
        try:
            return super().invoke(ctx)
        except (DatabaseDown, SessionsDown, NoRedis) as trouble:
            raise click.ClickException(f"{type(trouble).__name__}: {trouble}") from trouble


cli = Console(
    create_app=_app_of_commands,
    add_default_commands=False,
    add_version_option=False,
    load_dotenv=False,
    set_debug_flag=False,
    help="Pukar: police services of Bihar for any phone.",
)
cli.params = []  # Flask's own (--app, --debug) have no meaning here
