"""What is heard: words as clips of speech, and the stories that callers speak."""
