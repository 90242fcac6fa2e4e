"""One file per provider of voice calls."""
