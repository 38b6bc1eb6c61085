"""The files that the server makes of a dossier when they are fetched: its PDF, its map."""

from typing import TYPE_CHECKING

from sandbox.common.errors import ApiError

if TYPE_CHECKING:
    from sandbox.api.instance import Instance


def made_content(instance: "Instance", kind: str, number: int) -> bytes | None:
    """Return what a file of a dossier holds now; ``None`` if the dossier is gone."""
    try:
        dossier = instance.state.dossier(number)
    except ApiError:
        return None
    if kind == "geojson":
        return b'{"type":"FeatureCollection","features":[]}'
    # as on DS, made with an administrator's rights: it holds the annotations, no declarant sees it
    answers = len(dossier.answers), len(dossier.annotations)
    return _pdf(
        f"Dossier {number} (fictif)", f"{answers[0]} champs, {answers[1]} annotations remplis"
    )


def _pdf(*lines: str) -> bytes:
    """Return a page with a few lines of text."""
    told = " T* ".join(f"({line}) Tj" for line in lines)
    text = f"BT /F1 12 Tf 14 TL 50 780 Td {told} ET".encode("latin-1")
    fonts = b"/Resources<</Font<</F1 5 0 R>>>>"
    objects = [
        b"<</Type/Catalog/Pages 2 0 R>>",
        b"<</Type/Pages/Kids[3 0 R]/Count 1>>",
        b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]/Contents 4 0 R%s>>" % fonts,
        b"<</Length %d>>stream\n%s\nendstream" % (len(text), text),
        b"<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>",
    ]
    content, places = b"%PDF-1.4\n", []
    for number, one in enumerate(objects, 1):
        places.append(len(content))
        content += b"%d 0 obj%sendobj\n" % (number, one)
    table = b"".join(b"%010d 00000 n \n" % place for place in places)
    size = len(objects) + 1
    return (
        content
        + b"xref\n0 %d\n0000000000 65535 f \n%s" % (size, table)
        + b"trailer<</Size %d/Root 1 0 R>>startxref\n%d\n%%%%EOF" % (size, len(content))
    )
