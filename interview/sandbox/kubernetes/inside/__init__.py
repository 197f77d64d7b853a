"""What runs in a run's pod, as its first process, and nobody of importance: no root, no rights.

It is of the program's own user, so it hides itself (`conceal`): its memory, where the key is, its
environment and its output are closed to the program. What lies in the pod's files is sealed.
"""
