"""What is published: workbooks made, compared with the former, put in place."""
