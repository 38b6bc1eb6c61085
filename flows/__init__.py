"""When things happen: the flows of Prefect, each a table of contents of steps."""
