"""What is published, over HTTP: the questions of :mod:`pipeline.ask` at addresses, and the files of each watch's site.

FastAPI takes half a second to import, so nothing of it is imported here.
"""
