"""A report in the internal schema: converted, shown, explained field by field."""
