#!/usr/bin/env python3
"""Greedy matching with faiss: one-row searches with removal of the row found, as the published method matches tables.

    pip install faiss-cpu numpy
    OMP_NUM_THREADS=1 python3 matching_faiss.py [--index ivf|flat] [--rows N] [--json]

N anchors and N other rows of 12 standard normal columns. `ivf` is an inverted-file index with one list (the published
default), `flat` a flat index whose rows keep their numbers. Processor time of one thread, without building the index;
more threads only slow searches for one row. The rows are other draws of the distribution that `clava bench` uses.
"""
import argparse, json, math, time
import faiss
import numpy as np

p = argparse.ArgumentParser()
p.add_argument("--rows", type=int, default=20_000)
p.add_argument("--columns", type=int, default=12)
p.add_argument("--index", choices=["ivf", "flat"], default="ivf")
p.add_argument("--json", action="store_true")
a = p.parse_args()
faiss.omp_set_num_threads(1)

rng = np.random.default_rng(0)
anchors = rng.standard_normal((a.rows, a.columns), dtype=np.float32)
others = rng.standard_normal((a.rows, a.columns), dtype=np.float32)
flat = faiss.IndexFlatL2(a.columns)
if a.index == "ivf":
    index = faiss.IndexIVFFlat(flat, a.columns, 1, faiss.METRIC_L2)
    index.train(others)
    index.add(others)
else:
    index = faiss.IndexIDMap(flat)
    index.add_with_ids(others, np.arange(a.rows))

begin, total, squared = time.process_time(), 0.0, 0.0
for row in range(a.rows):
    distances, found = index.search(anchors[row : row + 1], 1)
    squared += float(distances[0, 0])
    total += math.sqrt(max(0.0, float(distances[0, 0])))
    index.remove_ids(found[0])
out = {
    "faiss": faiss.__version__, "index": a.index, "rows": a.rows, "greedy_s": time.process_time() - begin,
    "mean_distance": total / a.rows, "mean_squared_distance": squared / a.rows}
print(json.dumps(out) if a.json else "\n".join(f"{k:24s} {v}" for k, v in out.items()))
