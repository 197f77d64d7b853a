"""Who somebody is, and the keys that prove it or hide what was said."""
