"""What was read: dossiers and their past, pages, absences, files, the démarche."""
