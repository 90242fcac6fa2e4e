"""One file per provider of USSD."""
