"""YAML that staff edit, each mistake told with its line. Imports nothing of ours."""
