"""What operators see: logs without payloads, health, redaction."""
