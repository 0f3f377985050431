"""The model house: the token-level detective reward model, its data, metrics and checkpoints.

Knows no Django and no Celery, and importing it loads no torch.
"""
