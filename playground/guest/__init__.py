"""The playground as a guest in a real cluster: what it brings, applied after a yes, and taken away again."""
