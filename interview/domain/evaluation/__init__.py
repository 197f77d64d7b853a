"""How answers become scores. Decisions only: no model, no database, no clock."""
