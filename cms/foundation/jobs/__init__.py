"""Work that is due at a moment: rows in the database, done once by whichever worker comes first."""
