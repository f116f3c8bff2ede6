"""What emotts measures about itself; every script prints a Markdown section with its figures."""
