"""The two reports on a file's signatures, for people and for programs, as downloads."""

from collections.abc import Sequence
from pathlib import PurePath
from typing import Literal

from flask import Response

from signing.checking.etsi_report import etsi_report
from signing.checking.verdict import Finding, Verdict
from web import here
from web.downloads import named_bytes
from web.language import language, say
from workflow.office import ChangedPage
from workflow.verdicts import verdict_report, verdict_words

Kind = Literal["phieu.pdf", "bao-cao.xml"]


def report_of(
    kind: Kind, verdict: Verdict, sha256: str, file: str, pages: Sequence[ChangedPage] = ()
) -> Response:
    """Send the printed report or the one of ETSI TS 119 102-2."""
    name = say("web.report_name", name=PurePath(file).stem)
    if kind == "phieu.pdf":
        facts = verdict_report.facts(verdict, sha256, file, language(), pages)
        page = here.office().typesetter.verification_report(facts)
        return named_bytes(page, "application/pdf", "attachment", f"{name}.pdf")

    def sentence(finding: Finding) -> str:
        return verdict_words.message(finding, language())

    return named_bytes(
        etsi_report(verdict, sha256, sentence), "application/xml", "attachment", f"{name}.xml"
    )
