"""The service as a phone call: listen, press, speak."""
