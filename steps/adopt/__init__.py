"""What a person says of a form: it is as it should be, it does not ask this, it is adopted."""
