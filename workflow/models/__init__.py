"""Every table of the office, one module a subject."""

from workflow.models.exchange import MailItem, Packet, StatusMessage
from workflow.models.incoming import Assignment, Direction, Incoming, IncomingFile
from workflow.models.journal import JournalHead, JournalLine
from workflow.models.organisation import (
    Account,
    Agency,
    AgencyIdentifier,
    Certificate,
    Delegation,
    Holding,
    Person,
    Post,
    Unit,
)
from workflow.models.outgoing import (
    Comment,
    Delivery,
    DeliveryStatus,
    Document,
    DocumentArtifact,
    DocumentVersion,
    Enclosure,
    Review,
    SubmissionPaper,
)
from workflow.models.registers import RegisterEntry, Series, SeriesYear
from workflow.models.signing import Authorisation

__all__ = [
    "Account",
    "Agency",
    "AgencyIdentifier",
    "Assignment",
    "Authorisation",
    "Certificate",
    "Comment",
    "Delegation",
    "Delivery",
    "DeliveryStatus",
    "Direction",
    "Document",
    "DocumentArtifact",
    "DocumentVersion",
    "Enclosure",
    "Holding",
    "Incoming",
    "IncomingFile",
    "JournalHead",
    "JournalLine",
    "MailItem",
    "Packet",
    "Person",
    "Post",
    "RegisterEntry",
    "Review",
    "Series",
    "SeriesYear",
    "StatusMessage",
    "SubmissionPaper",
    "Unit",
]
