"""Running programs of strangers, walled in."""
