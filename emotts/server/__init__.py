"""The server: emotts over HTTP, for clients of OpenAI's speech interface and for its own page."""
