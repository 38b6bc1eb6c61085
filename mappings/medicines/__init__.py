"""The public base of medicines (BDPM): read, matched, told column by column."""
