"""The files of a data folder: their names, locks, copies, what may be wrong with them, and what the disk says."""
