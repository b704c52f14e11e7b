"""Where the heavy work is done: in the processes of this machine, or over a Dask cluster, by the setting ``spread``.

Only what is a pure function of its arguments goes out: a feed's bytes to its entries, a page's bytes to its text, an
article and a watch to claims. What has one owner stays with the writer, the process that holds the run's lock:

- the store, and so comparing and writing, in the order of the batches;
- fetching. Whose turn it is on a host, what its robots.txt says and where a redirect leads is the state of one
  fetcher; with two of them nobody could promise a host its spacing, least of all after one has died. It costs a
  thirtieth of what extraction does (docs/scale.md).

So a lost worker loses nothing that anybody has seen, and its tasks are run again by Dask. Nothing is stored twice: ids
are hashes of content, and one process writes.
"""

from pipeline.runtime.spread.pool import ClusterPool, LocalPool, Pool, Tell, open_pool

__all__ = ["ClusterPool", "LocalPool", "Pool", "Tell", "open_pool"]
