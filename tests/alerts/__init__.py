"""Alert rules, timing and the outbox; a month of them in a minute."""
