"""The conversation with démarches-simplifiées: transport, reading, writing, errors."""
