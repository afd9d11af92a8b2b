import subprocess
from datetime import UTC, datetime
from pathlib import Path

from documents.corner import annex_line, copy_line
from documents.typeset import Typesetter

_MOMENT = datetime(2026, 1, 5, 2, 30, 15, 999, tzinfo=UTC)


def run(*command: str | Path) -> str:
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout


def test_an_annex_tells_the_document_and_the_time_in_vietnam() -> None:
    assert annex_line("15/QĐ-UBND", _MOMENT) == "Số: 15/QĐ-UBND; 05/01/2026; 09:30:15 +07:00"


def test_a_copy_tells_its_form_the_agency_and_the_time() -> None:
    line = copy_line("SAO Y", "UBND THÀNH PHỐ CẦN THƠ", _MOMENT)

    assert line == "SAO Y; UBND THÀNH PHỐ CẦN THƠ; 05/01/2026; 09:30:15 +07:00"


def test_the_line_is_set_upright_in_ten_points_and_can_be_read(
    tmp_path: Path, typesetter: Typesetter
) -> None:
    picture = tmp_path / "corner.pdf"
    line = annex_line("15/QĐ-UBND", _MOMENT)

    picture.write_bytes(typesetter.corner_line_picture([line]))

    (font,) = run("pdffonts", picture).splitlines()[2:]
    assert "Regular" in font
    assert font.split()[-5] == "yes"
    assert run("pdftotext", picture, "-").strip() == line
    size = next(s for s in run("pdfinfo", picture).splitlines() if s.startswith("Page size"))
    width, height = float(size.split()[2]), float(size.split()[4])
    assert 150 < width < 250
    assert 8 < height < 20


def test_a_long_name_goes_on_below(tmp_path: Path, typesetter: Typesetter) -> None:
    picture = tmp_path / "corner.pdf"
    line = copy_line("TRÍCH SAO", "BAN QUẢN LÝ DỰ ÁN ĐẦU TƯ XÂY DỰNG THÀNH PHỐ", _MOMENT)

    picture.write_bytes(typesetter.corner_line_picture([line]))

    read = run("pdftotext", "-layout", picture, "-").split()
    assert read == line.split()
    size = next(s for s in run("pdfinfo", picture).splitlines() if s.startswith("Page size"))
    assert float(size.split()[2]) < 310


def test_what_is_typed_is_never_a_program(tmp_path: Path, typesetter: Typesetter) -> None:
    picture = tmp_path / "corner.pdf"
    line = '#panic("x") *đậm* $x$ \\ "'

    picture.write_bytes(typesetter.corner_line_picture([line]))

    assert run("pdftotext", picture, "-").strip() == line
