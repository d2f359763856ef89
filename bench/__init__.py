"""Measurements against the targets of the design, both sides in the same run: `make bench`, `python -m bench --help`.

They are run by hand and never as tests: a time that fails a test on a busy machine teaches people to ignore tests.
"""
