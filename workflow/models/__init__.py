"""Every table of the office, one module a subject."""

from workflow.models.copies import Copy, CopyForm
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
from workflow.models.proof import Evidence, KeptVerdict, Proof
from workflow.models.registers import RegisterEntry, Series, SeriesYear
from workflow.models.signing import (
    Authorisation,
    KeyKind,
    Purpose,
    SigningAgent,
    SigningBatch,
    SigningKey,
)
from workflow.models.trust import RevocationList, TrustEntry, TrustKind, TrustScheme

__all__ = [
    "Account",
    "Agency",
    "AgencyIdentifier",
    "Assignment",
    "Authorisation",
    "Certificate",
    "Comment",
    "Copy",
    "CopyForm",
    "Delegation",
    "Delivery",
    "DeliveryStatus",
    "Direction",
    "Document",
    "DocumentArtifact",
    "DocumentVersion",
    "Enclosure",
    "Evidence",
    "Holding",
    "Incoming",
    "IncomingFile",
    "JournalHead",
    "JournalLine",
    "KeptVerdict",
    "KeyKind",
    "MailItem",
    "Packet",
    "Person",
    "Post",
    "Proof",
    "Purpose",
    "RegisterEntry",
    "Review",
    "RevocationList",
    "Series",
    "SeriesYear",
    "SigningAgent",
    "SigningBatch",
    "SigningKey",
    "StatusMessage",
    "SubmissionPaper",
    "TrustEntry",
    "TrustKind",
    "TrustScheme",
    "Unit",
]
