"""Texts in the reader's language: catalogues, plain rendering, extraction."""
