"""What followed a measure, and what else may move use beside it: shortages, generics."""
