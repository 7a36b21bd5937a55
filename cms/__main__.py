"""`python -m cms` is the `cms` command."""

from cms.commands import main

main()
