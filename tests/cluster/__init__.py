"""The sandbox of pods, and what the chart renders for it, in a real cluster: etcd, the API server
and the controllers, built from source once. Nodes are the one thing that is not real: pods run as
processes of this machine. ``make check-cluster``; JSON last."""
