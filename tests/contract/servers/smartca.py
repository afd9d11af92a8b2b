"""A stand-in for VNPT SmartCA, built from what published integrations send and get.

Both ways: a transaction that the person confirms in the application and whose status is asked, and
one that is begun with password and code and confirmed with the ``sad`` it gave.
"""

from base64 import b64encode
from dataclasses import dataclass
from secrets import token_urlsafe
from time import monotonic, sleep
from typing import Any
from uuid import uuid4

from flask import Flask, Response, jsonify, request

from tests.contract.servers.keys import Behaviour, Key


class Faulty(Exception):
    """A request that is refused."""

    def __init__(self, status: int, message: str) -> None:
        super().__init__(message)
        self.status, self.message = status, message


@dataclass
class Transaction:
    """What one person is asked to confirm."""

    user: str
    digests: dict[str, bytes]
    until: float
    sad: str = ""
    done: bool = False


class SmartCaServer:
    """The service's memory and rules; ``app`` is its door."""

    def __init__(self, user: str, key: Key, serial: str) -> None:
        self.user, self.key, self.serial = user, key, serial
        self.behaviour = Behaviour()
        self.sp_id, self.sp_password = "office.apps.smartcaapi.com", "service provider's password"
        self.password, self.otp = "user's password", "135790"
        self.good = 200
        self.confirmed = False
        self.declined = False
        self.down_while_waiting = False
        self.sad_seconds = 299.0
        self.transactions: dict[str, Transaction] = {}
        self.heard: list[tuple[str, dict[str, Any]]] = []
        self.app = self._door()

    def _door(self) -> Flask:
        app = Flask(__name__)

        @app.before_request
        def hear() -> Any:
            sleep(self.behaviour.slow)
            if self.behaviour.down:
                return jsonify(status_code=503, message="SERVICE_UNAVAILABLE"), 503
            self.heard.append((request.path, request.get_json()))
            return None

        @app.errorhandler(Faulty)
        def refuse(error: Faulty) -> tuple[Response, int]:
            return jsonify(status_code=error.status, message=error.message, data=None), error.status

        app.post("/v1/credentials/get_certificate")(self.certificates)
        app.post("/v1/signatures/sign")(self.sign)
        app.post("/v1/signatures/sign/<transaction_id>/status")(self.status)
        app.post("/v2/signatures/sign")(self.sign_by_code)
        app.post("/v2/signatures/confirm")(self.confirm)
        return app

    def _asked(self, *names: str) -> dict[str, Any]:
        body: dict[str, Any] = request.get_json()
        for name in ("sp_id", "sp_password", "user_id", "transaction_id", *names):
            if not body.get(name):
                raise Faulty(400, f"BAD_REQUEST: {name}")
        if (body["sp_id"], body["sp_password"]) != (self.sp_id, self.sp_password):
            raise Faulty(401, "SP_CREDENTIAL_INVALID")
        if body["user_id"] != self.user:
            raise Faulty(401, "SP_CREDENTIAL_INVALID")
        return body

    def _answer(self, message: str, **data: Any) -> dict[str, Any]:
        return {"status_code": self.good, "message": message, "data": data}

    def certificates(self) -> Any:
        self._asked()
        leader, *issuers = [
            b64encode(der).decode() for der in self.behaviour.shows or self.key.certificates
        ]
        chain = {"ca_cert": issuers[0] if issuers else None, "root_cert": None}
        return self._answer(
            "Success",
            user_certificates=[
                {
                    "service_type": "SMARTCA",
                    "service_name": "SMARTCA PERSONAL PRO",
                    "serial_number": self.serial,
                    "cert_data": leader[:64] + "\r\n" + leader[64:],
                    "chain_data": chain,
                }
            ],
        )

    def _begin(self, body: dict[str, Any]) -> Transaction:
        if body["transaction_id"] in self.transactions:
            raise Faulty(400, "BAD_REQUEST: transaction_id is not unique")
        if body["serial_number"] != self.serial:
            raise Faulty(403, "CREDENTIAL_STATUS_INVALID")
        digests: dict[str, bytes] = {}
        for one in body["sign_files"]:
            digest = bytes.fromhex(one["data_to_be_signed"])
            well = one["file_type"] == "pdf" and one["sign_type"] == "hash" and len(digest) == 32
            if not well or one["doc_id"] in digests:
                raise Faulty(400, "BAD_REQUEST: sign_files")
            digests[one["doc_id"]] = digest
        self.behaviour.look_over(list(digests.values()))
        begun = Transaction(self.user, digests, monotonic() + self.sad_seconds)
        self.transactions[body["transaction_id"]] = begun
        return begun

    def sign(self) -> Any:
        body = self._asked("sign_files", "serial_number")
        self._begin(body)
        own = {"transaction_id": body["transaction_id"], "tran_code": str(uuid4())}
        return self._answer("sig_wait_for_user_confirm", **own)

    def status(self, transaction_id: str) -> Any:
        begun = self.transactions.get(transaction_id)
        if begun is None:
            raise Faulty(400, "BAD_REQUEST: transaction")
        if self.down_while_waiting:
            self.down_while_waiting = False
            raise Faulty(500, "SERVER_INTERNAL_ERROR")
        if self.declined:
            raise Faulty(400, "user_reject_transaction")
        if not self.confirmed:
            return {"status_code": self.good, "message": "sig_wait_for_user_confirm", "data": None}
        return self._answer(
            "SUCCESS", transaction_id=transaction_id, signatures=self._signatures(begun)
        )

    def sign_by_code(self) -> Any:
        body = self._asked("sign_files", "serial_number", "password", "otp")
        if body["password"] != self.password:
            raise Faulty(401, "USER_CREDENTIAL_INVALID")
        if body["otp"] != self.otp:
            raise Faulty(400, "otp_invalid")
        self.otp = token_urlsafe()
        begun = self._begin(body)
        begun.sad = token_urlsafe()
        own = {"transaction_id": body["transaction_id"], "tran_code": str(uuid4())}
        return self._answer(
            "sig_wait_for_user_confirm", **own, sad=begun.sad, expired_in=int(self.sad_seconds)
        )

    def confirm(self) -> Any:
        body = self._asked("password", "sad")
        begun = self.transactions.get(body["transaction_id"])
        if begun is None or begun.done or begun.sad != body["sad"]:
            raise Faulty(400, "BAD_REQUEST: sad")
        if monotonic() > begun.until:
            raise Faulty(400, "transaction_expired")
        begun.done = True
        own = {"transaction_id": body["transaction_id"], "expired_in": 299}
        return self._answer("Success", **own, signatures=self._signatures(begun))

    def _signatures(self, begun: Transaction) -> list[dict[str, Any]]:
        values = self.behaviour.signed(self.key, list(begun.digests.values()))
        return [
            {
                "doc_id": name,
                "signature_value": None if digest in self.behaviour.refuses else value,
                "timestamp_signature": None,
            }
            for (name, digest), value in zip(begun.digests.items(), values, strict=True)
        ]
