"""The terminal: looking, planning and checking without Slack, with a kubeconfig's own identity.

One file a command (`exec`, `plan`, `doctor`, …); beside them what they share: the screen, exit codes, rendering.
"""
