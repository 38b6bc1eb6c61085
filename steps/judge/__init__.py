"""Judge what changed, plan the replies, place reports in situations."""
