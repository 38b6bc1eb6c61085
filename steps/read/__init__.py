"""Read the démarche, and keep it as it is: poll, reconcile, erase."""
