"""How an interview went, step by step: what its workflow's history and its rows say together."""
