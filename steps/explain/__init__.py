"""Why a verdict is what it is, was, or would be."""
