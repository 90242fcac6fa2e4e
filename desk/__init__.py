"""The web desk of officers."""
