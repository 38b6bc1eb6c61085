"""What evaluators write in a workbook and send back."""
