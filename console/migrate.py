"""``vanthu migrate``: bring the tables to the shape that this version needs.

It connects as the role that owns the tables; nothing else in the product does.
"""

import click
from alembic import command
from alembic.config import Config

from console.services import services_for
from kernel.settings import ROOT, Settings
from kernel.words import sentence


@click.command(help=sentence("console.help_migrate"))
def migrate() -> None:
    """Migrate the database of the settings."""
    with services_for(Settings()) as settings:
        to_head(settings.owner_database_url)
    click.echo(sentence("console.migrated"))


def to_head(owner_database_url: str) -> None:
    """Apply every migration that the database lacks."""
    config = Config()
    config.set_main_option("script_location", str(ROOT / "migrations").replace("%", "%%"))
    config.attributes["url"] = owner_database_url
    command.upgrade(config, "head")
