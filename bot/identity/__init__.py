"""From a Slack user to a person with a Kubernetes user and groups: known, or refused."""
