"""The engines of speech, a file each."""
