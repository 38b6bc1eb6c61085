"""What the form asks beside what the mapping knows: drift, and lines to paste."""
