"""Self-correction (the paper's section 5.3): who corrects, what they are told, and what is taken of what they answer."""
