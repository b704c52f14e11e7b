"""What is known of the mission: the board, how a claim compares with it, and what persons correct."""
