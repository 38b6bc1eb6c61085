"""A page as a PDF: its fonts are inside, and the same page gives the same bytes."""

from io import BytesIO

from reportlab.lib.colors import HexColor
from reportlab.pdfgen.canvas import Canvas

from exports.committee.page import BODY, HEIGHT, MARGIN, PAD, SIDE, WIDTH, FichePage, LaidRow, fonts


def as_pdf(page: FichePage) -> bytes:
    """The page."""
    fonts()
    made = BytesIO()
    canvas = Canvas(made, pagesize=(WIDTH, HEIGHT), invariant=1, lang="fr-FR")
    canvas.setTitle(page.title)
    canvas.setCreator("passerelle-unc")
    top = HEIGHT - MARGIN
    for row in page.rows:
        top = _draw(canvas, row, top)
    top = MARGIN + sum(row.gap + row.height for row in page.foot)
    for row in page.foot:
        top = _draw(canvas, row, top)
    canvas.showPage()
    canvas.save()
    return made.getvalue()


def _draw(canvas: Canvas, row: LaidRow, top: float) -> float:
    """Draw a row under a height; gives where it ends."""
    top -= row.gap
    end = top - row.height
    for cell in row.cells:
        left = MARGIN + cell.left
        if cell.fill:
            canvas.setFillColor(HexColor(f"#{cell.fill}"))
            canvas.rect(left, end, cell.width, row.height, stroke=0, fill=1)
        at = top - PAD / 2
        for text, style in cell.lines:
            at -= style.leading
            canvas.setFont(style.font, style.size)
            canvas.setFillColor(HexColor(f"#{style.colour}"))
            base = at + (style.leading - style.size) / 2 + 0.22 * style.size
            if cell.centred:
                canvas.drawCentredString(left + cell.width / 2, base, text)
            else:
                canvas.drawString(left + SIDE, base, text)
    if row.line:
        canvas.setStrokeColor(HexColor(f"#{row.line}"))
        canvas.setLineWidth(0.6)
        canvas.line(MARGIN, end, MARGIN + BODY[0], end)
    return end
