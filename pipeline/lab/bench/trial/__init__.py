"""A trial of a language model: twenty articles of our own about an invented mission, and what to make of the figures.

The articles are plain and the embedded engine reads them well. So a model that does worse here is of no use to a
watch; how much better one is on real news than another, the trial does not tell.
"""

from pipeline.lab.bench.trial.figures import Advice, Tried, advise, table, tried
from pipeline.lab.bench.trial.once import first_answer
from pipeline.lab.bench.trial.texts import trial_gold

__all__ = ["Advice", "Tried", "advise", "first_answer", "table", "trial_gold", "tried"]
