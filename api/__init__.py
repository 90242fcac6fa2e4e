"""The REST interface for other systems."""
