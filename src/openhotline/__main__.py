"""``python -m openhotline``: the same as the command."""

from openhotline.cli import main

main()
