"""Samples to listen to, the page that plays them, and the pictures of the documentation."""
