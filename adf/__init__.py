"""AutoDeepFuse: extract features once, search how to fuse them, prove that the result is better.

This thin package holds what every room may use. Folder ``X/`` of the checkout is ``adf.X``: an
installer maps it, and the ``__path__`` line below makes the same true where nothing is installed.
"""

from pathlib import Path as _Path

__version__ = "0.1.0"

_checkout = _Path(__file__).resolve().parent.parent
if (_checkout / "setup.cfg").is_file():
    __path__.insert(0, str(_checkout))
