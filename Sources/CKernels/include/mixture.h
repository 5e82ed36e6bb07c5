// Clustering kernels in double precision: k-means and diagonal Gaussian mixtures over rows that are part numeric,
// part categorical. Components are padded to a multiple of CK_MIXTURE_LANES and are the fastest index of every table,
// so each sum runs over rows or columns one after the other and the result does not depend on the vector width.
#ifndef CLAVA_KERNELS_MIXTURE_H
#define CLAVA_KERNELS_MIXTURE_H

#include <stdint.h>

/// Components are padded to a multiple of this.
#define CK_MIXTURE_LANES 8

/// A block of rows: numerics[r * numeric_count + d], and for each categorical column the row of a level table,
/// level_rows[r * category_count + j], negative where no level applies.
typedef struct {
  const double *numerics;
  const int32_t *level_rows;
  int64_t rows;
  int64_t numeric_count;
  int64_t category_count;
} ck_mixture_block;

/// scores[r][c] = base[c] + sum over d of (x[r][d] - means[d][c])^2 * factors[d][c] + the level rows of r.
void ck_mixture_scores(
    const ck_mixture_block *block, int64_t padded, const double *means, const double *factors, const double *base,
    const double *levels, double *scores);

/// scores[r][c] = base[c] + sum over d of x[r][d] * slopes[d][c] + the level rows of r.
void ck_mixture_linear_scores(
    const ck_mixture_block *block, int64_t padded, const double *slopes, const double *base, const double *levels,
    double *scores);

/// Turns log densities into responsibilities in place; log_norms[r] = log of the sum of the exponentials.
void ck_mixture_normalise(double *scores, int64_t rows, int64_t padded, double *log_norms);

/// negative_entropies[r] = sum over c of w ln w for responsibilities w.
void ck_mixture_entropy(const double *weights, int64_t rows, int64_t padded, double *negative_entropies);

/// The position of the smallest (sign = 1) or largest (sign = -1) score of each row, lowest on ties, and its value.
void ck_mixture_extreme(
    const double *scores, int64_t rows, int64_t padded, int64_t count, double sign, int32_t *positions,
    double *values);

/// Adds the block's weighted sums: counts[c] += w, sums[d][c] += w x, squares[d][c] += w x^2, level_sums[level][c] += w.
void ck_mixture_accumulate(
    const ck_mixture_block *block, int64_t padded, const double *weights, double *counts, double *sums,
    double *squares, double *level_sums);

#endif
