"""The verdict on a report: completeness, priority, warnings, and why."""
