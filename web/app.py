"""The web application: the doors of the office, each a blueprint, put together here.

``create()`` without arguments is what gunicorn calls; tests hand in an office of their own.
"""

from flask import Flask

from kernel.log import configure
from kernel.settings import ROOT, Settings
from web import (
    agent_door,
    agents,
    authorisation,
    batch,
    copies,
    drafting,
    errors,
    evidence,
    handling,
    health,
    here,
    home,
    incoming,
    issuing,
    keys,
    language,
    outgoing,
    patience,
    public_check,
    registers,
    remote_keys,
    reviewing,
    security,
    sign_in,
    signature_picture,
    signatures,
    signing,
    static_files,
    ticket_door,
    trust_list,
    writing,
)
from wiring.office import open_office
from workflow.office import Office

_DESKS = (
    home.desk,
    outgoing.desk,
    drafting.desk,
    writing.desk,
    reviewing.desk,
    signing.desk,
    batch.desk,
    keys.desk,
    signature_picture.desk,
    issuing.desk,
    copies.desk,
    incoming.desk,
    handling.desk,
    registers.desk,
    evidence.desk,
    trust_list.desk,
    agents.desk,
    remote_keys.desk,
    health.desk,
)
_FILES_AT_ONCE = 4
_TEXT_LIMIT = 4 * 1024 * 1024


def create(office: Office | None = None, settings: Settings | None = None) -> Flask:
    """Open the web door."""
    settings = settings or Settings()
    if office is None:
        configure(settings.log_level)
        office = open_office(settings)
    app = Flask("web", root_path=str(ROOT / "web"), template_folder=ROOT / "templates" / "web")
    app.config["MAX_CONTENT_LENGTH"] = office.upload_limit * _FILES_AT_ONCE + _TEXT_LIMIT
    app.config["MAX_FORM_MEMORY_SIZE"] = _TEXT_LIMIT
    app.jinja_options = {"trim_blocks": True, "lstrip_blocks": True}
    here.attach(app, office, settings)
    public_check.bound_uploads(app)
    security.attach(app, settings)
    language.attach(app)
    static_files.attach(app)
    sign_in.attach(app)
    authorisation.attach(app)
    security.guard_forms(app)
    errors.attach(app)
    public_check.attach(app)
    signatures.attach(app)
    agent_door.attach(app)
    ticket_door.attach(app)
    for desk in _DESKS:
        app.register_blueprint(desk)
    patience.attach(app, settings)
    return app
