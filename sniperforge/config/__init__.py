"""Configuration: strict models, layered loading with origins, JSON Schema."""
