"""Commands of the model house that are more than a few lines: each adds its flags to a parser and does its work."""
