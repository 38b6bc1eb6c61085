"""What of a matching nobody needs to look at: what makes sure, and what takes it back."""
