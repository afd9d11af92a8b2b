"""The content of one outgoing document: everything its page shows, as data.

A version keeps this whole snapshot, with the names of the agency as they were, so that history is
never set again with new names (Đ19, and 7.3 of the rules of merged agencies). Text in here is text:
the typesetter reads it as JSON and never as code.

The number and the date are not here: văn thư gives them after the leader has signed (Đ15), into
places that the typeset page keeps free.
"""

from enum import StrEnum
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from kernel.text import nfc

Line = Annotated[str, StringConstraints(strip_whitespace=True, max_length=2000)]
Text = Annotated[str, StringConstraints(strip_whitespace=True, max_length=20_000)]


class Form(StrEnum):
    """Which form of Annex III lays the page out."""

    DECISION = "1.2"
    """Quyết định quy định trực tiếp."""

    DECISION_ISSUING = "1.3"
    """Quyết định quy định gián tiếp: it issues another text that follows in the same file."""

    NAMED = "1.4"
    """Văn bản có tên loại: báo cáo, tờ trình, kế hoạch, thông báo and their like."""

    LETTER = "1.5"
    """Công văn."""


class Urgency(StrEnum):
    """Mức độ khẩn (Annex I, III.2b); the signer decides."""

    NORMAL = "normal"
    URGENT = "urgent"
    """KHẨN."""
    VERY_URGENT = "very_urgent"
    """THƯỢNG KHẨN."""
    EXPRESS = "express"
    """HỎA TỐC."""


class Circulation(StrEnum):
    """Chỉ dẫn về phạm vi lưu hành (Annex I, III.2c)."""

    OPEN = "open"
    RETURN_AFTER_READING = "return_after_reading"
    """XEM XONG TRẢ LẠI."""
    INTERNAL = "internal"
    """LƯU HÀNH NỘI BỘ."""


class _Model(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Paragraph(_Model):
    """A paragraph without a number."""

    kind: Literal["paragraph"] = "paragraph"
    text: Text

    @property
    def words(self) -> str:
        """What was typed after the number."""
        return self.text


class Heading(_Model):
    """Phần, chương, mục, tiểu mục, or the ``I.`` heading of form 1.4; all have titles (II.6d)."""

    kind: Literal["part", "chapter", "section", "subsection", "roman"]
    title: Line

    @property
    def words(self) -> str:
        """What was typed after the number."""
        return self.title


class Article(_Model):
    """Điều; a decision's articles may lack a title (forms 1.2, 1.3)."""

    kind: Literal["article"] = "article"
    title: Text = ""
    """The words after ``Điều n.``: set bold when the article has a body of its own below, else the
    article's whole text in upright."""

    titled: bool = False
    """Whether ``title`` is a title in bold, with the text in the blocks that follow."""

    @property
    def words(self) -> str:
        """What was typed after the number."""
        return self.title


class Clause(_Model):
    """Khoản: ``1.`` counted within its article or heading."""

    kind: Literal["clause"] = "clause"
    text: Text
    titled: bool = False
    """A title alone on its line is bold (V, mẫu chữ)."""

    @property
    def words(self) -> str:
        """What was typed after the number."""
        return self.text


class Point(_Model):
    """Điểm: ``a)`` counted within its clause, in Vietnamese letters."""

    kind: Literal["point"] = "point"
    text: Text

    @property
    def words(self) -> str:
        """What was typed after the number."""
        return self.text


Block = Annotated[Paragraph | Heading | Article | Clause | Point, Field(discriminator="kind")]


class Organ(_Model):
    """Ô 2: who issues, as printed."""

    superior_lines: tuple[Line, ...] = ()
    """Cơ quan chủ quản, upper case, not bold."""

    issuer_lines: tuple[Line, ...]
    """Cơ quan ban hành, upper case, bold, with a rule under the last line."""


class Signature(_Model):
    """Ô 7: in whose name, in which post, who."""

    competence_lines: tuple[Line, ...]
    """For example ``TM. ỦY BAN NHÂN DÂN``, ``KT. CHỦ TỊCH``, ``PHÓ CHỦ TỊCH``."""

    other_title: Line = ""
    """Chức vụ khác, 7b, above the name."""

    full_name: Line


class IssuedText(_Model):
    """The text that a decision of form 1.3 issues, after it in the same file."""

    type_name: Line
    subject: Line
    body: tuple[Block, ...]
    issued_by: Line = ""
    """The issuing body in running text (``Ủy ban nhân dân thành phố Cần Thơ``); empty leaves dots,
    as an electronic document may (III.1)."""


class Content(_Model):
    """One document, whole."""

    form: Form
    type_name: Line
    """``Quyết định``, ``Báo cáo`` …; ``Công văn`` for form 1.5, where it is not printed."""

    organ: Organ
    code_notation: Line
    """Ký hiệu without the number: ``QĐ-UBND``, ``UBND-VX``."""

    number_digits: int = Field(default=3, ge=2, le=6)
    """How many digits the number's place must hold."""

    place_name: Line
    """Địa danh."""

    year: int
    """Year shown in the date line until văn thư writes the date."""

    subject: Annotated[str, StringConstraints(strip_whitespace=True, max_length=500)]
    """Trích yếu, as typed, without ``V/v`` or ``Về việc``."""

    authority: Line = ""
    """Thẩm quyền ban hành (forms 1.2, 1.3): ``ỦY BAN NHÂN DÂN THÀNH PHỐ CẦN THƠ``."""

    bases: tuple[Text, ...] = ()
    """Căn cứ, and last the proposal, without closing ``;`` or ``.``."""

    addressees: tuple[Line, ...] = ()
    """Kính gửi."""

    body: tuple[Block, ...] = ()
    issued_text: IssuedText | None = None
    signature: Signature
    to_places: tuple[Line, ...] = ()
    """Lines of Nơi nhận without dash and ``;``, the archive line (``Lưu: VT, NV``) last."""

    typist_and_copies: Line = ""
    """Ô 12, such as ``PL.(300)``."""

    urgency: Urgency = Urgency.NORMAL
    circulation: Circulation = Circulation.OPEN
    contact: Line = ""
    """Ô 13, one line; letters only."""

    rule_set: str = "nd30-2020"


def normalised(content: Content) -> Content:
    """Give the same content with every text in precomposed Unicode (TCVN 6909:2001)."""
    return Content.model_validate_json(nfc(content.model_dump_json()))
