"""A web server in a thread of its own, with bounds on what a client may do: what the faces over HTTP share.

Starlette and uvicorn take a while to import, so nothing of it is imported here.
"""
