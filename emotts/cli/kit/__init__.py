"""Commands for those who write plugins, one module each."""
