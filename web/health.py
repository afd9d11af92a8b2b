"""For operators: is it alive, and how much lies where. Neither tells anything about a document."""

from flask import Blueprint, Response, jsonify, request
from prometheus_client import CollectorRegistry, Gauge, generate_latest

from kernel.errors import NotFound, Unavailable
from kernel.log import logger
from web import here
from workflow.views import figures

desk = Blueprint("health", __name__)
_log = logger(__name__)
_LOOPBACK = {"127.0.0.1", "::1"}


@desk.get("/healthz")
def healthz() -> Response:
    """Tell whether the database answers."""
    try:
        figures.alive(here.session())
    except Unavailable:
        _log.error("database unavailable")
        answer = jsonify(status="unavailable")
        answer.status_code = 503
        return answer
    return jsonify(status="ok")


@desk.get("/metrics")
def metrics() -> Response:
    """Give the counts of documents by state, to this machine only."""
    if request.remote_addr not in _LOOPBACK or "X-Forwarded-For" in request.headers:
        raise NotFound("web.no_such_page")
    registry = CollectorRegistry()
    gauge = Gauge("vanthu_documents", "Documents by state", ["kind", "state"], registry=registry)
    for kind, state, count in figures.counts(here.session()):
        gauge.labels(kind, state).set(count)
    return Response(generate_latest(registry), mimetype="text/plain; version=0.0.4")
