"""The bytes of a workbook: rows, styles, printing, package."""
