#!/usr/bin/env python3
"""k-means, a diagonal Gaussian mixture and greedy k-means++ seeding in scikit-learn, as `clava bench` measures them.

    pip install scikit-learn==1.9.1
    OMP_NUM_THREADS=1 OPENBLAS_NUM_THREADS=1 python3 sklearn_clustering.py [--json]

100,000 dense rows of 20 columns drawn from 20 components (0.7 N(0, I) centres, unit noise), 20 clusters started from
the first 20 rows, 20 iterations without a tolerance. Processor time of one thread; rows x iterations per second,
seeding in rows per second. The rows are other draws of the same distribution.
"""
import argparse, json, time, warnings
import numpy as np
import sklearn
from sklearn.cluster import KMeans, kmeans_plusplus
from sklearn.mixture import GaussianMixture
from threadpoolctl import threadpool_limits

p = argparse.ArgumentParser()
p.add_argument("--rows", type=int, default=100_000)
p.add_argument("--columns", type=int, default=20)
p.add_argument("--components", type=int, default=20)
p.add_argument("--iterations", type=int, default=20)
p.add_argument("--json", action="store_true")
a = p.parse_args()
warnings.simplefilter("ignore")
threadpool_limits(1)

rng = np.random.default_rng(0)
centres = 0.7 * rng.normal(size=(a.components, a.columns))
x = centres[rng.integers(a.components, size=a.rows)] + rng.normal(size=(a.rows, a.columns))
start = x[: a.components].copy()


def seconds(work):
    begin = time.process_time()
    result = work()
    return time.process_time() - begin, result


kmeans = KMeans(a.components, init=start, n_init=1, max_iter=a.iterations, tol=0)
mixture = GaussianMixture(
    a.components, covariance_type="diag", means_init=start, weights_init=np.full(a.components, 1 / a.components),
    precisions_init=np.ones((a.components, a.columns)), max_iter=a.iterations, tol=0)
kmeans_plusplus(x[:1000], a.components, random_state=0)  # loads what is loaded on first use
out = {"sklearn": sklearn.__version__}
elapsed, model = seconds(lambda: kmeans.fit(x))
out["kmeans_rows_per_s"] = a.rows * model.n_iter_ / elapsed
elapsed, model = seconds(lambda: mixture.fit(x))
out["mixture_rows_per_s"] = a.rows * model.n_iter_ / elapsed
elapsed, _ = seconds(lambda: kmeans_plusplus(x, a.components, random_state=0))
out["seeding_rows_per_s"] = a.rows / elapsed
print(json.dumps(out) if a.json else "\n".join(f"{k:24s} {v}" for k, v in out.items()))
