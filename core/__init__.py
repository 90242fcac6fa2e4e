"""What we talk about with a caller, without saying on which channel."""
