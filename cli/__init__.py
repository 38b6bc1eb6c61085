"""The `unc` command: the commands of operators and staff."""
