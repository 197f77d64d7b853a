"""What is handed on of an interview: one report, read as JSON, PDF or CSV."""
