"""Plans from job descriptions, and probes from résumés."""
