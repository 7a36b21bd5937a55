"""What every feature stands on: settings, database, errors and the HTTP edge; knows no feature."""
