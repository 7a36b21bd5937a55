"""RSS, Atom and JSON feeds of the site, of each tag and of each author."""
