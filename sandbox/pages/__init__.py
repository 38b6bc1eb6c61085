"""Pages where a person acts on the sandbox as people do on DS."""
