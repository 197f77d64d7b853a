"""A sandbox that is a cluster: one Job a run, on gVisor, in a namespace that has no network.

::

    Kubernetes (backend.py, in the worker)
      │   client.py: the API server over HTTPS      manifest.py: the Job, and the Secrets it owns
      │   pods.py: how its pod stands               journal.py: what the pod's log says
      ▼
    the run's pod
      └ inside/        first in the pod's process namespace: limits, watch and end of each step
          └ the program

What goes in (a Secret) and what comes out (the pod's log) is sealed by a key of this run: the
program, which sees the one, and whoever gathers logs read nothing.
"""
