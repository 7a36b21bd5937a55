"""Review: contributors submit, reviewers comment, send back or approve."""
