"""A stand-in for Viettel MySign, built from what published integrations send and get.

The same service as the CSC stand-in, behind MySign's login and paths: each hash comes with its
document, and ``authorize`` answers when the person has confirmed in the application.
"""

from typing import Any

from flask import Flask, request

from tests.contract.servers.csc import CscServer
from tests.contract.servers.csc_words import Faulty, only, text

LOGIN = "adss/service/ras/v1/login"
METHODS = "adss/service/ras/csc/v1/"


class MySignServer(CscServer):
    """The service, its clients and profiles."""

    def __init__(self) -> None:
        super().__init__("1.0.4")
        self.profile = "adss:ras:profile:001"
        self.shown: list[str] = []
        """Names of documents that the application showed to the person."""

    def _door(self) -> Flask:
        app = super()._door()

        @app.before_request
        def shorten() -> Any:
            path = request.path.lstrip("/")
            if path == LOGIN:
                return self.enter(request.get_json())
            if not path.startswith(METHODS):
                raise Faulty("Unknown path", "not_found", 404)
            return self.serve(path.removeprefix(METHODS))

        return app

    def enter(self, body: dict[str, Any]) -> Any:
        only(body, "client_id", "user_id", "client_secret", "profile_id")
        if self.clients.get(text(body, "client_id")) != text(body, "client_secret"):
            raise Faulty("Invalid client", "invalid_client", 401)
        if text(body, "profile_id") != self.profile:
            raise Faulty("Invalid profile")
        return self._issue("") | {"user_id": text(body, "user_id")}

    def authorize(self, body: dict[str, Any]) -> Any:
        self.shown += _documents(body)
        return super().authorize({k: v for k, v in body.items() if k != "documents"})

    def sign(self, body: dict[str, Any]) -> Any:
        _documents(body)
        return super().sign({k: v for k, v in body.items() if k != "documents"})


def _documents(body: dict[str, Any]) -> list[str]:
    documents = body.get("documents")
    if not isinstance(documents, list) or len(documents) != len(body.get("hash", ())):
        raise Faulty("Missing (or invalid type) array parameter documents")
    for one in documents:
        only(one, "document_id", "document_name")
        text(one, "document_id")
    return [text(one, "document_name") for one in documents]
