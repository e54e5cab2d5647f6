"""What authors of checks put together: readings of a trace, and findings made of them."""
