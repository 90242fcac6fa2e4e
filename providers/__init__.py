"""Accounts with telecom providers, as far as more than one channel needs them."""
