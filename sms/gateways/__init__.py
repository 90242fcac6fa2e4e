"""One file per provider of SMS."""
