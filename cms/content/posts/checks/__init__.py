"""Content checks: what a careful editor would look at before readers do."""
