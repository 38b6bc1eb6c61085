"""When things happen: plain steps, the wiring of real objects, and the Prefect flow."""
