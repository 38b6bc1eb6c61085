"""What a form offers: its questions read in their places, rows that are asked flat as rows."""
