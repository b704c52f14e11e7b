"""How fast Missionwatch is, and whether it stays so: ``make bench-speed``; docs/performance.md has the figures."""
