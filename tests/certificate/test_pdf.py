import io
from functools import cache

import pikepdf
import pypdfium2
import pytest
from attrs import evolve

from labctl.certificate.compose import compose
from labctl.certificate.dcc import write
from labctl.certificate.document import Document
from labctl.certificate.pdf import typeset
from labctl.errors import UnprintableCharacter
from labctl.language import Text
from tests.certificate.records import ISSUE, point, record


@cache
def made() -> tuple[Document, bytes, bytes]:
    document = compose(record(), ISSUE)
    xml = write(document, record())
    return document, xml, typeset(document, xml)


@cache
def pages() -> list[str]:
    opened = pypdfium2.PdfDocument(made()[2])
    try:
        return [page.get_textpage().get_text_range() for page in opened]
    finally:
        opened.close()


def test_the_same_document_gives_the_same_bytes() -> None:
    document, xml, pdf = made()
    assert typeset(document, xml) == pdf


def test_every_printed_figure_can_be_found_in_the_text() -> None:
    document, _, _ = made()
    words = set("\n".join(pages()).replace("\ufffe", "-").replace("\u2010", "-").split())
    lost = [printed for printed, _ in document.figures().values() if printed not in words and not printed.islower()]
    assert not lost


def test_every_page_bears_number_page_chain_head_and_that_it_is_simulated() -> None:
    count = len(pages())
    for n, text in enumerate(pages(), start=1):
        joined = "".join(text.split())
        assert ISSUE.number in joined
        assert f"第{n}页共{count}页" in joined
        assert ISSUE.head in joined
        assert "模拟数据，非证书" in joined
    assert "以下空白" in "".join(pages()[-1].split())


def test_a_certificate_that_is_real_says_nothing_of_simulation() -> None:
    real = record(simulated=False)
    document = compose(real, evolve(ISSUE, number="2026-00001"))
    opened = pypdfium2.PdfDocument(typeset(document, write(document, real)))
    first = opened[0].get_textpage().get_text_range()
    opened.close()
    assert "校准专用章" in first
    assert "非证书" not in first


def test_the_digital_certificate_is_attached_as_the_alternative_of_an_archivable_accessible_file() -> None:
    _, xml, pdf = made()
    with pikepdf.open(io.BytesIO(pdf)) as opened:
        assert opened.attachments["certificate.xml"].get_file().read_bytes() == xml
        assert opened.Root.AF[0].AFRelationship == "/Alternative"
        metadata = str(opened.Root.Metadata.read_bytes(), "utf-8")
        assert "<pdfaid:part>3</pdfaid:part><pdfaid:conformance>A</pdfaid:conformance>" in metadata
        assert "<pdfuaid:part>1</pdfuaid:part>" in metadata
        assert opened.Root.MarkInfo.Marked
        fonts = {str(each.BaseFont) for each in opened.objects if _is_font(each)}
    assert {name.partition("+")[2].partition("-")[0] for name in fonts} <= {
        "NotoSansSC",
        "NotoSerifSC",
        "LibertinusSerif",
    }


def test_a_name_that_cannot_be_drawn_is_refused_before_anything_is_issued() -> None:
    customer = evolve(record().order.customer, name=Text("Ji Jia", zh="吉家𠮷"))
    unprintable = record(order=evolve(record().order, customer=customer))
    document = compose(unprintable, ISSUE)
    with pytest.raises(UnprintableCharacter, match=r"U\+20BB7"):
        typeset(document, b"<x/>")


def test_long_names_and_five_hundred_rows_are_typeset() -> None:
    base = record()
    points = tuple(
        evolve(point((0.1, 1.0, 10.0, 100.0, 1000.0)[i // 100], 0.01 + 0.0098 * (i % 100)), point=str(i))
        for i in range(500)
    )
    identity = evolve(base.unit.identity, serial="S" * 40, manufacturer="无限责任公司" * 12)
    long = evolve(base, unit=evolve(base.unit, identity=identity), sections=(evolve(base.sections[1], points=points),))
    document = compose(long, ISSUE)
    opened = pypdfium2.PdfDocument(typeset(document, write(document, long)))
    words = set(" ".join(page.get_textpage().get_text_range() for page in opened).split())
    opened.close()
    assert len(document.tables[0].plots) == 9
    assert all(row[1].printed in words for group in document.tables[0].groups for row in group.rows)


def _is_font(each: pikepdf.Object) -> bool:
    return isinstance(each, pikepdf.Dictionary) and each.get("/Type") == "/Font" and "/BaseFont" in each
