"""Ways through the workflows of which a history is kept.

To add one: a walk in a module of this package, with `@path(WORKFLOW, *MARKS)`; then
``python -m tests.replay.record``, and commit what it has written.
"""

from importlib import import_module
from pkgutil import iter_modules

from tests.replay.paths.registry import PATHS, Path

__all__ = ["PATHS", "Path"]

for _module in iter_modules(__path__):
    import_module(f"{__name__}.{_module.name}")
