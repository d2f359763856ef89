"""The provable record of what was asked, voted, sent and found: chains, seals, export and verification."""
