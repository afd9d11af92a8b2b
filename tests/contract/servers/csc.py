"""A remote signing service that speaks the CSC API, 1.0.4 or 2.0, with real keys.

It is strict: every parameter is checked for presence and type, names of the other version are
refused, a SAD is good for one call, for the hashes that were authorised and for no longer than its
time, wrong secrets are counted, and a credential locks. Written from the standard, not from our
client, so that a mistake there is not made here too.
"""

from base64 import b64decode, b64encode
from collections.abc import Callable
from secrets import token_urlsafe
from threading import Event
from time import monotonic, sleep
from typing import Any

from flask import Flask, Response, jsonify, request

from tests.contract.servers.csc_words import Credential, Faulty, Grant, only, text
from tests.contract.servers.keys import Behaviour

SHA256 = "2.16.840.1.101.3.4.2.1"
WRONG_TRIES = 3
SILENCE = 4  # seconds, more than the tests' patience


class CscServer:
    """The service's memory and rules; ``app`` is its door."""

    def __init__(self, version: str, *, later: bool = False) -> None:
        self.version = version
        self.later = later
        self.behaviour = Behaviour()
        self.users = {"leader": "user's password"}
        self.clients = {"office": "client's secret"}
        self.credentials: dict[str, Credential] = {}
        self.tokens: dict[str, str] = {}
        self.grants: dict[str, Grant] = {}
        self.waiting: dict[str, tuple[Credential, set[str]]] = {}
        self.made: dict[str, tuple[int, list[str]]] = {}
        self.confirmed = Event()
        self.declined = False
        self.sad_seconds = 60.0
        self.methods = [
            *("info", "auth/login", "credentials/list", "credentials/info"),
            *("credentials/authorize", "credentials/extendTransaction", "signatures/signHash"),
        ]
        self.heard: list[tuple[str, dict[str, Any]]] = []
        self.app = self._door()

    @property
    def second(self) -> bool:
        return self.version == "2.0"

    def calls(self, method: str) -> list[dict[str, Any]]:
        return [body for path, body in self.heard if path == method]

    def _door(self) -> Flask:
        app = Flask(__name__)
        self.routes: dict[str, Callable[[dict[str, Any]], Any]] = {
            "info": self.info,
            "auth/login": self.login,
            "credentials/list": self.listing,
            "credentials/info": self.describe,
            "credentials/authorize": self.authorize,
            "credentials/extendTransaction": self.extend,
            "signatures/signHash": self.sign,
        }
        self.routes |= (
            {
                "credentials/authorizeCheck": self.check,
                "credentials/getChallenge": self.challenge,
                "signatures/signPolling": self.fetch,
            }
            if self.second
            else {"credentials/sendOTP": self.send_otp}
        )

        @app.post("/<path:method>")
        def serve(method: str) -> Any:
            return self.serve(method)

        @app.errorhandler(Faulty)
        def refuse(error: Faulty) -> tuple[Response, int]:
            return jsonify(error.body), error.status

        return app

    def serve(self, method: str) -> Any:
        sleep(self.behaviour.slow)
        if self.behaviour.down:
            raise Faulty("Down for maintenance", "temporarily_unavailable", 503)
        if self.behaviour.floods:
            return Response("x" * 4_000_000, mimetype="application/json")
        if method == "oauth2/token":
            return self.token(dict(request.form))
        if method not in self.routes:
            raise Faulty("Unknown method", "not_found", 404)
        body = request.get_json(silent=True)
        if not isinstance(body, dict):
            raise Faulty("The request is not a JSON object")
        self.heard.append((method, body))
        if method == self.behaviour.silent:
            sleep(SILENCE)
        if method not in {"info", "auth/login"}:
            self._let_in()
        return self.routes[method](body)

    def _let_in(self) -> str:
        scheme, _, token = request.headers.get("Authorization", "").partition(" ")
        if scheme != "Bearer":
            raise Faulty("Malformed authorization header")
        if token not in self.tokens:
            raise Faulty("The access token is invalid or has expired", "invalid_token", 401)
        return self.tokens[token]

    def _issue(self, user: str) -> dict[str, Any]:
        token = token_urlsafe()
        self.tokens[token] = user
        return {"access_token": token, "token_type": "Bearer", "expires_in": 3600}

    def token(self, fields: dict[str, str]) -> Any:
        if fields.get("grant_type") != "client_credentials":
            raise Faulty("Unsupported", "unsupported_grant_type")
        if self.clients.get(fields.get("client_id", "")) != fields.get("client_secret"):
            raise Faulty("Client authentication failed", "invalid_client", 401)
        return self._issue("")

    def login(self, body: dict[str, Any]) -> Any:
        only(body, "rememberMe", "refresh_token", "clientData")
        told = request.authorization
        if told is None or told.type != "basic":
            raise Faulty("Malformed authentication parameter", status=401)
        if self.users.get(told.username or "") != told.password:
            raise Faulty("An error occurred during authentication process", "authentication_error")
        return self._issue(told.username or "")

    def info(self, body: dict[str, Any]) -> Any:
        only(body, "lang")
        told: dict[str, Any] = {
            "specs": "2.0.0.2" if self.second else "1.0.4.0",
            "name": "Contract test service",
            "region": "VN",
            "lang": "vi-VN",
            "description": "Real keys on this machine",
            "authType": ["basic", "oauth2code"],
            "methods": self.methods,
        }
        return told | ({"asynchronousOperationMode": True} if self.later else {})

    def listing(self, body: dict[str, Any]) -> Any:
        only(body, "userID", "maxResults", "pageToken", "clientData")
        user = self._let_in()
        if user and "userID" in body:
            raise Faulty("userID parameter MUST be null")
        owner = user or text(body, "userID")
        return {"credentialIDs": [c.id for c in self.credentials.values() if c.owner == owner]}

    def describe(self, body: dict[str, Any]) -> Any:
        only(body, "credentialID", "certificates", "certInfo", "authInfo", "lang", "clientData")
        held = self._held(body)
        ders = self.behaviour.shows or held.key.certificates
        told: dict[str, Any] = {
            "description": "Khóa ký của lãnh đạo",
            "key": {"status": held.status, "algo": held.key.algorithms, "len": 2048},
            "cert": {
                "status": held.certificate_status,
                "certificates": [b64encode(der).decode() for der in ders],
            },
            "SCAL": "2",
            "multisign": held.multisign,
        }
        return told | (self._auth(held) if self.second else self._mode(held))

    def _mode(self, held: Credential) -> dict[str, Any]:
        told: dict[str, Any] = {"authMode": "implicit" if held.phone else held.mode}
        told["PIN"] = {"presence": "true" if held.pin else "false", "format": "N"}
        told["OTP"] = {"presence": "true" if held.otp or held.online else "false"}
        told["OTP"]["type"] = "online" if held.online else "offline"
        return told

    def _auth(self, held: Credential) -> dict[str, Any]:
        objects: list[dict[str, str]] = []
        if held.pin:
            objects.append({"type": "Password", "id": "PIN", "format": "N"})
        if held.online:
            objects.append({"type": "ChallengeResponse", "id": "OTP", "format": "N"})
        elif held.otp:
            objects.append({"type": "Password", "id": "OTP", "generator": "totp"})
        if held.phone:
            objects.append({"type": "PasswordOOB", "id": "mobile"})
        expression = held.expression or " AND ".join(o["id"] for o in objects)
        return {"auth": {"mode": held.mode, "expression": expression, "objects": objects}}

    def send_otp(self, body: dict[str, Any]) -> Any:
        only(body, "credentialID", "clientData")
        return self._send(self._held(body))

    def challenge(self, body: dict[str, Any]) -> Any:
        only(body, "credentialID", "authObjectID")
        if text(body, "authObjectID") != "OTP":
            raise Faulty("Invalid parameter authObjectID")
        return self._send(self._held(body))

    def _send(self, held: Credential) -> Any:
        held.otp = f"{len(held.sent) + 1:06}"
        held.sent.append(held.otp)
        return "", 204

    def authorize(self, body: dict[str, Any]) -> Any:
        own = ("hashes", "hashAlgorithmOID", "authData") if self.second else ("hash", "PIN", "OTP")
        only(body, "credentialID", "numSignatures", "description", "clientData", *own)
        held = self._held(body)
        if held.status != "enabled":
            raise Faulty("The credential identified by credentialID is disabled")
        number = body.get("numSignatures")
        if not isinstance(number, int) or number < 1:
            raise Faulty("Missing (or invalid type) integer parameter numSignatures")
        if number > held.multisign:
            raise Faulty("Numbers of signatures is too high")
        hashes = self._hashes(body)
        self.behaviour.look_over([b64decode(one) for one in self._listed(body)])
        if len(hashes) != number:
            raise Faulty("Invalid value for parameter numSignatures")
        if held.wrong >= WRONG_TRIES:
            raise Faulty("Credential locked")
        self._open(held, self._given(body))
        if held.phone and self.second:
            handle = token_urlsafe()
            self.waiting[handle] = held, hashes
            return {"handle": handle}, 202
        if held.phone:
            self._wait()
        return self._grant(held, hashes, number)

    def _wait(self) -> None:
        """Answer only once the owner has taken up the telephone, as some services do."""
        if not self.confirmed.wait(30) or self.declined:
            raise Faulty("The user denied the request", "access_denied")

    def check(self, body: dict[str, Any]) -> Any:
        only(body, "handle")
        handle = text(body, "handle")
        if handle not in self.waiting:
            raise Faulty("Invalid parameter handle")
        if not self.confirmed.is_set():
            return {"handle": handle}, 202
        if self.declined:
            raise Faulty("The user denied the request", "access_denied")
        held, hashes = self.waiting.pop(handle)
        return self._grant(held, hashes, len(hashes))

    def _given(self, body: dict[str, Any]) -> dict[str, str]:
        if not self.second:
            return {name: text(body, name) for name in ("PIN", "OTP") if name in body}
        return {str(o["id"]): str(o.get("value", "")) for o in body.get("authData", ())}

    def _open(self, held: Credential, given: dict[str, str]) -> None:
        wanted = {name for name in ("PIN", "OTP") if getattr(held, name.lower())}
        if held.expression:
            wanted &= set(given)
        if held.phone and self.second and "mobile" not in given and not wanted & set(given):
            raise Faulty("The authentication data is invalid", "invalid_authentication_data")
        if set(given) - {"mobile"} - wanted:
            raise Faulty("Unexpected authentication data")
        for name in wanted:
            if given.get(name) != getattr(held, name.lower()):
                held.wrong += 1
                if self.second:
                    told = "The authentication data is invalid"
                    raise Faulty(told, "invalid_authentication_data")
                if name == "PIN":
                    raise Faulty("Invalid parameter PIN")
                raise Faulty("The OTP is invalid", "invalid_otp")
        if "OTP" in given:
            held.otp = token_urlsafe()
        held.wrong = 0

    def _grant(self, held: Credential, hashes: set[str], number: int) -> dict[str, Any]:
        sad = token_urlsafe()
        self.grants[sad] = Grant(held, hashes, number, monotonic() + self.sad_seconds)
        return {"SAD": sad, "expiresIn": int(self.sad_seconds)}

    def _sad(self, body: dict[str, Any]) -> Grant:
        grant = self.grants.get(text(body, "SAD"))
        if grant is None or grant.credential is not self._held(body):
            raise Faulty("Invalid parameter SAD")
        if monotonic() > grant.until:
            raise Faulty("SAD expired")
        return grant

    def extend(self, body: dict[str, Any]) -> Any:
        own = ("hashes", "hashAlgorithmOID") if self.second else ("hash",)
        only(body, "credentialID", "SAD", "clientData", *own)
        grant = self._sad(body)
        hashes = self._hashes(body)
        if not hashes <= grant.hashes:
            raise Faulty("Hash is not authorized by the SAD")
        del self.grants[body["SAD"]]
        return self._grant(grant.credential, grant.hashes, grant.left)

    def sign(self, body: dict[str, Any]) -> Any:
        own = (
            ("hashes", "hashAlgorithmOID", "operationMode", "validity_period", "response_uri")
            if self.second
            else ("hash", "hashAlgo")
        )
        only(body, "credentialID", "SAD", "signAlgo", "signAlgoParams", "clientData", *own)
        grant = self._sad(body)
        held = grant.credential
        hashes = self._listed(body)
        if text(body, "signAlgo") not in held.key.algorithms:
            raise Faulty("Invalid parameter signAlgo")
        if text(body, "hashAlgorithmOID" if self.second else "hashAlgo") != SHA256:
            raise Faulty("Invalid parameter hashAlgo")
        if grant.used or not set(hashes) <= grant.hashes or len(hashes) > grant.left:
            raise Faulty("Invalid parameter SAD" if grant.used else "Hash is not authorized")
        digests = [b64decode(h) for h in hashes]
        if self.behaviour.refuses & set(digests):
            raise Faulty("The signature could not be created", "signing_failed")
        grant.left -= len(hashes)
        grant.used = "credentials/extendTransaction" in self.methods
        if grant.left == 0:
            del self.grants[body["SAD"]]
        signatures = self.behaviour.signed(held.key, digests)
        if body.get("operationMode") == "A":
            if not isinstance(body.get("validity_period"), int):
                raise Faulty("Invalid parameter validity_period")
            response = token_urlsafe()
            self.made[response] = 2, signatures
            return {"responseID": response}
        return {"signatures": signatures}

    def fetch(self, body: dict[str, Any]) -> Any:
        only(body, "requestID", "userID", "clientData")
        wanted = text(body, "requestID")
        if wanted not in self.made:
            raise Faulty("Invalid parameter requestID")
        looks, signatures = self.made[wanted]
        if looks:
            self.made[wanted] = looks - 1, signatures
            raise Faulty("Not yet completed", "accepted_request", 202)
        return {"signatures": signatures}

    def _held(self, body: dict[str, Any]) -> Credential:
        held = self.credentials.get(text(body, "credentialID"))
        if held is None:
            raise Faulty("Invalid parameter credentialID")
        return held

    def _listed(self, body: dict[str, Any]) -> list[str]:
        hashes = body.get("hashes" if self.second else "hash")
        if not isinstance(hashes, list) or not hashes:
            raise Faulty("Missing (or invalid type) array parameter hash")
        for one in hashes:
            if not isinstance(one, str) or len(b64decode(one, validate=True)) != 32:
                raise Faulty("Invalid digest value length")
        return hashes

    def _hashes(self, body: dict[str, Any]) -> set[str]:
        if self.second and body.get("hashAlgorithmOID") != SHA256:
            raise Faulty("Invalid parameter hashAlgorithmOID")
        return set(self._listed(body))
