"""Updates feeds with the library ``reader``, in the environment of requirements-reader.txt; imports nothing of ours.

    python tests/bench_speed/reader_polls.py DATABASE PORT FEEDS

For each line that it reads it updates all feeds once, and prints the seconds and the number of feeds that failed.
"""

import sys
import time

from reader import make_reader

WORKERS = 20  # threads; more were no faster, and its own default is 1


def main() -> None:
    """Add the feeds, then update them as often as asked."""
    reader = make_reader(sys.argv[1])
    port, feeds = sys.argv[2], int(sys.argv[3])
    for number in range(feeds):
        reader.add_feed(f"http://127.0.0.1:{port}/feed/{number}", exist_ok=True)
    print("ready", flush=True)
    for _ in sys.stdin:
        begun = time.perf_counter()
        results = list(reader.update_feeds_iter(scheduled=False, workers=WORKERS))
        seconds = time.perf_counter() - begun
        print(seconds, sum(isinstance(result.value, Exception) for result in results), flush=True)


if __name__ == "__main__":
    main()
