"""The `unc` command: the door for operators and staff."""
