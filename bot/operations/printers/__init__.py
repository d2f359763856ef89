"""Objects as kubectl's tables show them: lean models, columns and cells, one pure function a kind."""
