"""Where settings become real objects, and runs tell what they did."""
