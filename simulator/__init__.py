"""A feature phone in the browser, for demonstrations and for tests."""
