"""What single words of a question do: cut short, or a no among them."""
