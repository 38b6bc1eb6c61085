"""Where free text tells who a patient is."""
