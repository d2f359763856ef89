"""The world to play in: two clusters with workloads in every mood, people with different rights, a policy."""
