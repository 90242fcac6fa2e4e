"""The service as USSD: numbered screens of at most 160 octets."""
