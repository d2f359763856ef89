"""What people fill in or confirm: each modal is rendered from the database and comes back signed."""
