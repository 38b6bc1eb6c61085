"""Words as they are compared: names of substances, words of uses."""
