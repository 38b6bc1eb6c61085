"""What is handed out: columns as data, sheets, workbooks, publishing."""
