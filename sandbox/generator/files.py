"""Files that a declarant attaches: small PDF documents made of plain text."""

import unicodedata
from typing import Any

PAGE_START = "BT /F1 11 Tf 56 780 Td 14 TL"
FONTS = "<< /Font << /F1 4 0 R >> >>"
FILE_OBJECTS = (
    "<< /Type /Catalog /Pages 2 0 R >>",
    "<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
    "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 5 0 R /Resources 6 0 R >>",
    "<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>",
)


def ascii_only(text: str) -> str:
    """Strip accents and the characters that PDF strings reserve."""
    plain = unicodedata.normalize("NFKD", text.replace("’", "'"))
    kept = plain.encode("ascii", "ignore").decode()
    return kept.replace("\\", " ").replace("(", "[").replace(")", "]")


def pdf(lines: list[str]) -> str:
    """Write a one-page PDF, in ASCII, so that its characters are its bytes."""
    shown = "".join(f"({ascii_only(line)}) Tj T*\n" for line in lines)
    page = f"{PAGE_START}\n{shown}ET"
    objects = [*FILE_OBJECTS, f"<< /Length {len(page)} >>\nstream\n{page}\nendstream", FONTS]
    body, offsets = "%PDF-1.4\n", []
    for number, content in enumerate(objects, start=1):
        offsets.append(len(body))
        body += f"{number} 0 obj\n{content}\nendobj\n"
    table = "".join(f"{offset:010d} 00000 n \n" for offset in offsets)
    return (
        f"{body}xref\n0 {len(objects) + 1}\n0000000000 65535 f \n{table}"
        f"trailer\n<< /Size {len(objects) + 1} /Root 1 0 R >>\nstartxref\n{len(body)}\n%%EOF\n"
    )


def attachment(filename: str, lines: list[str], *, scan: str = "safe") -> dict[str, Any]:
    """Give one file as the server wants it; ``scan`` is the verdict of the antivirus."""
    return {
        "filename": filename,
        "content_type": "application/pdf",
        "content": pdf(lines),
        "scan": scan,
    }
