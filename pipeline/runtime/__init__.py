"""What every process needs: settings, logs, signals, and processes of workers."""
