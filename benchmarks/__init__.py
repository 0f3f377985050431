"""One script a question; README.md has the protocol and the results."""
