"""Programs that try to get out of the sandbox, in three languages, and what has to come of them."""
