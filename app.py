"""Puts the parts together: the only file that knows all of them."""

from __future__ import annotations

import click
from flask import Flask
from flask.cli import FlaskGroup

from console.commands import COMMANDS
from console.parts import KEY, Parts
from core.cases import Cases
from core.citizens import Citizens
from core.database import Database, DatabaseDown
from core.directory import read_directory
from core.duty_officer import Office
from core.embedded import NoRedis, end_with_parent
from core.health import health_blueprint
from core.language import read_languages
from core.logs import configure_logs
from core.outbox import Outbox
from core.sealing import Seal
from core.session_ends import SessionEnds
from core.sessions import Sessions, SessionsDown
from core.settings import Settings, SettingsError, read_settings
from simulator.page import simulator_page
from sms.gateways.simulator import Simulator
from sms.postman import Postman
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
    office = Office(
        directory=read_directory(),
        languages=languages,
        cases=Cases(database, seal),
        citizens=Citizens(database, seal),
        sessions=Sessions(settings.redis_url, seal),
        helpline=settings.voice_number,
    )
    ussd_gateways: list[UssdGateway] = [AfricasTalking(settings.africastalking_budget)]
    phones = Simulator(settings.data_dir / "inbox.jsonl")
    # Production has no SMS gateway yet: letters wait in the outbox.
    postman = Postman(Outbox(database), phones, languages, seal) if settings.is_demo else None

    app = Flask(__name__, static_folder=None)
    app.config["MAX_CONTENT_LENGTH"] = LARGEST_REQUEST
    app.extensions[KEY] = Parts(settings, database, office, postman)
    app.register_blueprint(health_blueprint(database, office.sessions))
    for gateway in ussd_gateways:
        entrance = Entrance(gateway, office, SessionEnds(database, seal), seal)
        key = "" if settings.is_demo else settings.webhook_key
        app.register_blueprint(ussd_blueprint(entrance, key))
    if settings.is_demo:
        app.register_blueprint(simulator_page(phones, settings.service_code))
    for command in COMMANDS:
        app.cli.add_command(command)
    return app


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
