"""The rows of the validation table, a file a mechanism or published model."""
