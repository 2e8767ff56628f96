"""What subscribers are given, generated from the catalogue: schemas, examples, the AsyncAPI document, tables."""
