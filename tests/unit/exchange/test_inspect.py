import hashlib
import json

import pytest

from exchange.inspect import inspect
from exchange.write import write_status
from kernel.words import catalogue

KEYS = [
    "readable",
    "kind",
    "business_type",
    "status_code",
    "document_id",
    "from",
    "to",
    "code_number",
    "code_notation",
    "subject",
    "issued_date",
    "trace",
    "attachments",
    "problems",
]


def test_a_document_is_described(sample):
    told = inspect(sample("variants/v01_baseline.edxml"))

    assert told | {"attachments": []} == {
        "readable": True,
        "kind": "document",
        "business_type": 0,
        "status_code": None,
        "document_id": "H13.01,2026/03/02,123/UBND-KSTT",
        "from": "H13.01",
        "to": ["G09.01", "000.00.00.H41"],
        "code_number": "123",
        "code_notation": "UBND-KSTT",
        "subject": "V/v thử nghiệm liên thông",
        "issued_date": "2026-03-02",
        "trace": ["H13.01"],
        "attachments": [],
        "problems": [],
    }
    assert told["attachments"][3] == {
        "name": "ghi-chu.txt",
        "content_type": "text/plain",
        "size": 5,
        "sha256": hashlib.sha256(b"hello").hexdigest(),
    }


@pytest.mark.parametrize("kind", [("revocation", 1), ("update", 2)])
def test_what_a_packet_wants_is_told(sample, kind):
    name, number = kind

    assert inspect(sample(f"generated/sdkgen_{name}.edxml"))["business_type"] == number


def test_a_status_is_described(sample):
    told = inspect(sample("variants/s04_status_single_digit.edxml"))

    assert told["kind"] == "status"
    assert told["status_code"] == "03"
    assert told["from"] == "G09.01"
    assert told["document_id"] == "H13.01,2026/03/02,123/UBND-KSTT"
    assert told["business_type"] is None


@pytest.mark.parametrize(
    "name",
    [
        "variants/v01_baseline",
        "variants/v23_doctype",
        "variants/s06_status_no_rf",
        "variants/v21_type_not_number",
    ],
)
def test_every_answer_has_the_same_keys_in_the_same_order_and_is_json(sample, name):
    told = inspect(sample(f"{name}.edxml"))

    assert list(told) == KEYS
    assert json.loads(json.dumps(told)) == told


@pytest.mark.parametrize("data", [b"", b"\x00\xff", b"<", b"hello", b"<edXML/>"])
def test_bytes_that_are_no_packet_are_described_as_unreadable(data):
    told = inspect(data)

    assert (told["readable"], told["kind"]) == (False, "unknown")
    (problem,) = told["problems"]
    assert problem["message"]


def test_one_answer_does_not_change_the_next(status):
    inspect(write_status(status))["to"].append("x")

    assert inspect(b"")["to"] == []


def test_an_oddity_is_told_in_both_languages(sample):
    data = sample("variants/v10_dates_ddMMyyyy.edxml")

    vietnamese, english = inspect(data), inspect(data, "en")

    assert "02/03/2026" in vietnamese["problems"][0]["message"]
    assert "02/03/2026" in english["problems"][0]["message"]
    assert vietnamese["problems"] != english["problems"]


def test_every_sentence_of_the_exchange_stands_in_both_languages():
    vi, en = ({k for k in catalogue(x) if k.startswith("exchange.")} for x in ("vi", "en"))

    assert vi == en
