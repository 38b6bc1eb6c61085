"""What can go wrong when workbooks are made and handed out; texts are for staff, in French."""


class ExportError(Exception):
    """An export could not be made or published; the previous one is untouched."""


class MappingMismatchError(ExportError):
    """The policy or the columns name a field that the mapping does not have."""


class WorkbookCheckError(ExportError):
    """A workbook that was just written does not open again as it should."""


class ExportFolderError(ExportError):
    """The folder of exports cannot be written (disk full, rights, missing volume)."""


class UnreadableWorkbookError(ExportError):
    """A file that came back is no workbook."""


class MissingLibraryError(ExportError):
    """A format was asked for whose library is not installed."""
