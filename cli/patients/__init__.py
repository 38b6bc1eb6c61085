"""`unc patients`: what looks like patient data, and what people say of it."""
