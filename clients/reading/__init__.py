"""Reading the démarche: page by page, one dossier, around what DS cannot serve."""
