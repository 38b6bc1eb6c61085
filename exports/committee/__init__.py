"""The fiche of a situation for the committee: one A4 page, as PDF and as docx."""
