"""What a form asks, how it changes, and which answers it takes."""
