"""What flows and commands ask of the store: one module a subject, each a part of :class:`pipeline.storage.Store`."""
