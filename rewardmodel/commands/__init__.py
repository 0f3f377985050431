"""Commands of the model house that are more than a few lines: each adds its flags to a parser and does its work."""

DATA_HELP = "picturebook:SPLIT, dusk:SPLIT (SPLIT is train, validation or test), or a file of records (.jsonl, .parquet)"
