"""Velero, the pure part: its objects, what is sent to make them, their phases, its schedules."""
