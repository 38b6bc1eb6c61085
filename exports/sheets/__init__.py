"""What stands in each sheet: columns, rows, figures, centres, dictionary."""
