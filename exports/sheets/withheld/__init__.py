"""What the network may not read of workbooks that were made before: columns, and cells."""
