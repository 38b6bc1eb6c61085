"""The internal schema: the mapping file of a form, read and checked."""
