"""Acknowledging by link: the key that signs the links, and the page on which a reader presses the button.

Opt-in, and on loopback unless it is told otherwise. ``key`` is what a run needs to put a link into a message;
``server`` answers, on Starlette, which is imported only where it is used.
"""

from pipeline.site.receiver.key import KEY_FILE, ack_way, signing_key

__all__ = ["KEY_FILE", "ack_way", "signing_key"]
