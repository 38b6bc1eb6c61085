"""How French texts and times are compared. Imports nothing of ours. Pure."""
