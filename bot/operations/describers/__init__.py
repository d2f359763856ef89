"""Objects described in kubectl's order and words, shorter, without values that people keep secrets in."""
