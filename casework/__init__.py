"""What the police do with cases: who may see them, limits of time, figures, the chain."""
