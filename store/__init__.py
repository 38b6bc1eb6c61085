"""What is remembered: dossiers seen, verdicts reached, replies sent, workbooks published.

Entry point: :func:`store.repository.open_store`. Everything is keyed by the number of the démarche;
datetimes go in aware and come out in UTC.
"""
