"""The `intervue` command: an interview's history, the audit trail, erasure."""
