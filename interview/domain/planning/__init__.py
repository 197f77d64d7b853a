"""How plans are edited, proposed and fitted to a candidate: decisions alone, without a model."""
