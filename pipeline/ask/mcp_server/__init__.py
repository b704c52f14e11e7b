"""A Model Context Protocol server: assistants ask what the published files of watches hold, and cite it."""
