"""How sheets print: A4, landscape, one page wide, with who may read them in the footer."""

from dataclasses import dataclass

from openpyxl.worksheet.header_footer import HeaderFooter, HeaderFooterItem, _HeaderFooterPart
from openpyxl.worksheet.properties import PageSetupProperties
from openpyxl.worksheet.worksheet import Worksheet
from openpyxl.xml.functions import tostring


@dataclass(frozen=True, slots=True)
class Margins:
    """What stands around the printed pages."""

    title: str
    dated: str
    audience: str


def set_up_page(sheet: Worksheet, margins: Margins) -> None:
    """Set a sheet to print on A4 in landscape, as many pages long as it takes."""
    sheet.page_setup.paperSize = 9
    sheet.page_setup.orientation = "landscape"
    sheet.page_setup.fitToWidth = 1
    sheet.page_setup.fitToHeight = 0
    sheet.sheet_properties.pageSetUpPr = PageSetupProperties(fitToPage=True)
    sheet.page_margins.left = sheet.page_margins.right = 0.25
    sheet.page_margins.top = sheet.page_margins.bottom = 0.7
    sheet.page_margins.header = sheet.page_margins.footer = 0.3
    sheet.print_options.horizontalCentered = True
    sheet.HeaderFooter = _around(margins)


def around_xml(margins: Margins) -> bytes:
    """What stands around the pages of a sheet, as its XML says it."""
    xml: str | bytes = tostring(_around(margins).to_tree())
    text = xml if isinstance(xml, str) else xml.decode()
    return text.encode("ascii", "xmlcharrefreplace")


def _around(margins: Margins) -> HeaderFooter:
    header = HeaderFooterItem(
        left=_HeaderFooterPart(_literal(margins.title)),
        right=_HeaderFooterPart(_literal(margins.dated)),
    )
    footer = HeaderFooterItem(
        left=_HeaderFooterPart(_literal(margins.audience)),
        center=_HeaderFooterPart("&A"),
        right=_HeaderFooterPart("Page &P sur &N"),
    )
    return HeaderFooter(oddHeader=header, oddFooter=footer)


def _literal(text: str) -> str:
    """Headers take & for a command, and hold 255 characters at most."""
    return text[:80].replace("&", "&&")
