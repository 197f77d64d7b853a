"""People and their organizations: how they come in, stay and leave."""
