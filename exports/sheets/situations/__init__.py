"""`Situations`: reports on one use of one substance, counted across companies."""
