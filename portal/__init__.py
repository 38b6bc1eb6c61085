"""The web site where staff fetch their workbooks and read the dossiers."""
