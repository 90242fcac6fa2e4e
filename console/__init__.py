"""The commands of `pukar`."""
