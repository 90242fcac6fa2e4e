"""The conversations: each an `async def` that knows the police and no channel."""
