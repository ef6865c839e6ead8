"""``python -m adf`` is ``adf``."""

from adf.main import main

main()
