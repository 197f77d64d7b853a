"""A cluster in this process: an API server that speaks as the real one does over TLS, the
controller of its Jobs, and a kubelet that really runs what pods are made of."""
