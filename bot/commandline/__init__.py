"""From what a person typed or pasted into Slack to an operation with its arguments, and back: no I/O, no clock."""
