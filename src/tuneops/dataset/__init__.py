"""The data of fine-tuning: what is wrong with it, what changed in it, what it costs."""

import os

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")  # numpy's; they cost more than they are used
