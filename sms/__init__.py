"""The service as SMS: letters to citizens, one message each."""
