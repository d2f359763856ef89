"""What makes objects become true: one reconciler a kind, all of them run by one loop."""
