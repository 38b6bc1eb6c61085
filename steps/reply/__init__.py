"""Deliver what is due, once, and find lost answers again."""
