"""The measure: missions with gold on which quality is told; `dev` may be looked at, `sealed` is not opened."""
