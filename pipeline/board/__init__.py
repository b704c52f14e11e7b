"""What is known of the mission: the board, how claims are compared with it, and how persons correct it."""
