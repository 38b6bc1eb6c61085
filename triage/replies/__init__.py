"""What is answered: annotations, labels and messages that are due, as data."""
