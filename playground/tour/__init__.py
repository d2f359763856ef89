"""The tour: an incident, two people, one call; a page of its own that goes by what is true, not by what was pressed."""
