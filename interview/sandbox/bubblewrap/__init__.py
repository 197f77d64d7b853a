"""The sandbox of one machine: bubblewrap, and what it lacks.

::

    Bubblewrap (backend.py, in the worker)     one slot a run, each with a uid of its own
      └ keeper.py      started once, without secrets; forks for each run
          └ supervisor.py    the run's, first in its pid namespace: its tmpfs, watchdog and end
              └ bwrap, as the slot's uid       walls.py says what it sees, seccomp.py what it calls
                  └ the program

Each dies with the one above it, and all of a run with its supervisor: the kernel sees to that.
Keeper and below use the standard library alone, so that they start and fork in a moment.
"""
