"""Patient data as learned from the labelled texts: what the written rules do not know."""
