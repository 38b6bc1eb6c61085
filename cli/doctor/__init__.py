"""`unc doctor`: each thing that a run needs, checked."""
