"""What a report is worth: rule-sets, completeness, scope, priority, and due replies. Pure."""
