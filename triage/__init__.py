"""What a report is worth: rule-sets, completeness, scope, priority, and which replies are due. Pure."""
