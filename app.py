"""Puts the parts together: the only file that knows all of them."""

from __future__ import annotations

from urllib.parse import quote

import click
from flask import Flask
from flask.cli import FlaskGroup

from console.commands import COMMANDS
from console.parts import KEY, Parts
from core.cases import Cases
from core.citizens import Citizens
from core.database import Database, DatabaseDown
from core.deliveries import Deliveries
from core.directory import read_directory
from core.dlt import Register
from core.duty_officer import Office
from core.embedded import NoRedis, end_with_parent
from core.gateway_shares import GatewayShares
from core.health import health_blueprint
from core.inbox import Inbox
from core.language import read_languages
from core.letters import Letterhead
from core.logs import configure_logs
from core.outbox import Outbox
from core.sealing import Seal
from core.session_ends import SessionEnds
from core.sessions import Sessions, SessionsDown
from core.settings import Settings, SettingsError, read_settings
from simulator.page import simulator_page
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
    database = Database(settings.database_url)
    languages = read_languages()
    letterhead = Letterhead(settings.voice_number, settings.service_code, settings.sms_number)
    register = Register(database, languages, letterhead)
    phones = Simulator(settings.data_dir / "inbox.jsonl")
    sms_gateways = _sms_gateways(settings, phones)
    shares = GatewayShares(database)
    switchboard = Switchboard(_routes(settings, sms_gateways), shares)
    office = Office(
        directory=read_directory(),
        languages=languages,
        cases=Cases(database, seal),
        citizens=Citizens(database, seal),
        sessions=Sessions(settings.redis_url, seal),
        helpline=settings.voice_number,
        sms_number=settings.sms_number,
        carries_news=lambda language: switchboard.carries_news(register, language),
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

    app = Flask(__name__, static_folder=None)
    app.config["MAX_CONTENT_LENGTH"] = LARGEST_REQUEST
    app.extensions[KEY] = Parts(
        settings, database, office, outbox, shares, register, switchboard, postman, sms_entrance
    )
    app.register_blueprint(health_blueprint(database, office.sessions))
    for gateway in ussd_gateways:
        entrance = Entrance(gateway, office, SessionEnds(database, seal), seal)
        app.register_blueprint(ussd_blueprint(entrance, key))
    for each in sms_gateways:
        app.register_blueprint(sms_blueprint(each, sms_entrance, settings.public_url, key))
    if settings.is_demo:
        app.register_blueprint(simulator_page(phones, settings.service_code, settings.sms_number))
    for command in COMMANDS:
        app.cli.add_command(command)
    return app


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
            settings.twilio_account_sid,
            settings.twilio_auth_token,
            number=settings.twilio_number,
            base_url=settings.twilio_base_url,
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
