"""How results are kept: parts, records with checksums, tables, and who may write to a folder."""
