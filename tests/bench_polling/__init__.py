"""A month of polling in minutes: our schedule, poll step and lanes against servers that misbehave."""
