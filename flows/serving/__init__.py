"""Watches that a Prefect server schedules: deployments, their server, their runner, and their end."""
