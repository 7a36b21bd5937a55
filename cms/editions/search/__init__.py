"""The index of what readers see now: written in the transaction that publishes."""
