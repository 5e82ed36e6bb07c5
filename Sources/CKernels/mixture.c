#include "multiversion.h"

#include <math.h>
#include <stddef.h>

#include "mixture.h"

enum { LANE_COUNT = CK_MIXTURE_LANES, ROW_TILE = 4, COLUMN_TILE = 4 };

typedef double lanes __attribute__((ext_vector_type(LANE_COUNT), aligned(sizeof(double))));
typedef long lane_bits __attribute__((ext_vector_type(LANE_COUNT), aligned(sizeof(int64_t))));

// Vectors travel by pointer or macro: passing them by value would depend on the instruction set.
#define load(pointer) (*(const lanes *)(pointer))
#define store(pointer, value) (*(lanes *)(pointer) = (value))

// Scores of `tile` rows and one vector of components: the terms are (x - mean)^2 * factor, or x * factor if linear.
// `tile` and `linear` are constants of the caller.
INLINE void score_rows(
    const ck_mixture_block *block, int64_t row, const int tile, const int linear, int64_t padded, int64_t lane,
    const double *means, const double *factors, const double *base, const double *levels, double *scores) {
  const int64_t width = block->numeric_count;
  const double *x = block->numerics + row * width;
  lanes sums[ROW_TILE];
  for (int t = 0; t < tile; t++) sums[t] = load(base + lane);
  for (int64_t d = 0; d < width; d++) {
    const lanes factor = load(factors + d * padded + lane);
    if (linear) {
      for (int t = 0; t < tile; t++) sums[t] += x[t * width + d] * factor;
      continue;
    }
    const lanes mean = load(means + d * padded + lane);
    for (int t = 0; t < tile; t++) {
      const lanes difference = x[t * width + d] - mean;
      sums[t] += difference * difference * factor;
    }
  }
  for (int t = 0; t < tile; t++) {
    const int32_t *level_row = block->level_rows + (row + t) * block->category_count;
    lanes sum = sums[t];
    for (int64_t j = 0; j < block->category_count; j++) {
      const int64_t level = level_row[j];
      if (level >= 0) sum += load(levels + level * padded + lane);
    }
    store(scores + (row + t) * padded + lane, sum);
  }
}

INLINE void score_block(
    const ck_mixture_block *block, const int linear, int64_t padded, const double *means, const double *factors,
    const double *base, const double *levels, double *scores) {
  for (int64_t lane = 0; lane < padded; lane += LANE_COUNT) {
    int64_t row = 0;
    for (; row + ROW_TILE <= block->rows; row += ROW_TILE) {
      score_rows(block, row, ROW_TILE, linear, padded, lane, means, factors, base, levels, scores);
    }
    for (; row < block->rows; row++) {
      score_rows(block, row, 1, linear, padded, lane, means, factors, base, levels, scores);
    }
  }
}

MULTIVERSION void ck_mixture_scores(
    const ck_mixture_block *block, int64_t padded, const double *means, const double *factors, const double *base,
    const double *levels, double *scores) {
  score_block(block, 0, padded, means, factors, base, levels, scores);
}

MULTIVERSION void ck_mixture_linear_scores(
    const ck_mixture_block *block, int64_t padded, const double *slopes, const double *base, const double *levels,
    double *scores) {
  score_block(block, 1, padded, NULL, slopes, base, levels, scores);
}

// e^x for x <= 0 in double precision, relative error below 1e-15; below -708 the result is 0.
INLINE void exponential(lanes *value) {
  lanes x = *value;
  const lane_bits vanishes = x < -708.0;
  x = vanishes ? (lanes){0} : x;
  // Adding 1.5 * 2^52 rounds to the nearest whole number and leaves it in the low bits.
  const lanes shifted = x * 1.44269504088896340736 + 6755399441055744.0;
  const lane_bits exponent = __builtin_bit_cast(lane_bits, shifted) - 0x4338000000000000ll;
  const lanes k = shifted - 6755399441055744.0;
  const lanes r = (x - k * 6.93147180369123816490e-01) - k * 1.90821492927058770002e-10;
  lanes p = r * (1.0 / 6227020800.0) + 1.0 / 479001600.0;
  p = p * r + 1.0 / 39916800.0;
  p = p * r + 1.0 / 3628800.0;
  p = p * r + 1.0 / 362880.0;
  p = p * r + 1.0 / 40320.0;
  p = p * r + 1.0 / 5040.0;
  p = p * r + 1.0 / 720.0;
  p = p * r + 1.0 / 120.0;
  p = p * r + 1.0 / 24.0;
  p = p * r + 1.0 / 6.0;
  p = p * r + 0.5;
  p = p * (r * r) + r + 1.0;
  const lanes scaled = __builtin_bit_cast(lanes, __builtin_bit_cast(lane_bits, p) + (exponent << 52));
  *value = vanishes ? (lanes){0} : scaled;
}

MULTIVERSION void ck_mixture_normalise(double *scores, int64_t rows, int64_t padded, double *log_norms) {
  for (int64_t row = 0; row < rows; row++) {
    double *score = scores + row * padded;
    lanes top = load(score);
    for (int64_t lane = LANE_COUNT; lane < padded; lane += LANE_COUNT) {
      const lanes value = load(score + lane);
      top = value > top ? value : top;
    }
    double largest = top[0];
    for (int lane = 1; lane < LANE_COUNT; lane++) largest = top[lane] > largest ? top[lane] : largest;
    lanes total = {0};
    for (int64_t lane = 0; lane < padded; lane += LANE_COUNT) {
      lanes weight = load(score + lane) - largest;
      exponential(&weight);
      total += weight;
      store(score + lane, weight);
    }
    const double sum = ((total[0] + total[4]) + (total[2] + total[6])) + ((total[1] + total[5]) + (total[3] + total[7]));
    const double inverse = 1.0 / sum;
    for (int64_t lane = 0; lane < padded; lane += LANE_COUNT) store(score + lane, load(score + lane) * inverse);
    log_norms[row] = largest + log_double(sum);
  }
}

MULTIVERSION void ck_mixture_entropy(
    const double *weights, int64_t rows, int64_t padded, double *negative_entropies) {
  for (int64_t row = 0; row < rows; row++) {
    double sum = 0;
    for (int64_t c = 0; c < padded; c++) {
      const double weight = weights[row * padded + c];
      // Smaller ones contribute nothing and their logarithm would need subnormal numbers.
      if (weight > 1e-300) sum += weight * log_double(weight);
    }
    negative_entropies[row] = sum;
  }
}

MULTIVERSION void ck_mixture_extreme(
    const double *scores, int64_t rows, int64_t padded, int64_t count, double sign, int32_t *positions,
    double *values) {
  const lane_bits steps = {0, 1, 2, 3, 4, 5, 6, 7};
  for (int64_t row = 0; row < rows; row++) {
    const double *score = scores + row * padded;
    lanes best = {INFINITY, INFINITY, INFINITY, INFINITY, INFINITY, INFINITY, INFINITY, INFINITY};
    lane_bits place = steps;
    for (int64_t lane = 0; lane < padded; lane += LANE_COUNT) {
      const lanes value = load(score + lane) * sign;
      const lane_bits position = steps + lane;
      const lane_bits better = (value < best) & (position < count);
      best = better ? value : best;
      place = better ? position : place;
    }
    double smallest = best[0];
    for (int lane = 1; lane < LANE_COUNT; lane++) smallest = best[lane] < smallest ? best[lane] : smallest;
    const lane_bits ties = best == smallest;
    const lane_bits candidates = ties ? place : (lane_bits){0} + count;
    int64_t position = candidates[0];
    for (int lane = 1; lane < LANE_COUNT; lane++) position = candidates[lane] < position ? candidates[lane] : position;
    positions[row] = (int32_t)(position < count ? position : 0);
    values[row] = smallest * sign;
  }
}

// Weighted sums and squares of `tile` columns, a constant of the caller, for one vector of components.
INLINE void accumulate_columns(
    const ck_mixture_block *block, int64_t d, const int tile, int64_t padded, int64_t lane, const double *weights,
    double *sums, double *squares) {
  const int64_t width = block->numeric_count;
  lanes sum[COLUMN_TILE], square[COLUMN_TILE];
  for (int t = 0; t < tile; t++) sum[t] = square[t] = (lanes){0};
  for (int64_t row = 0; row < block->rows; row++) {
    const lanes weight = load(weights + row * padded + lane);
    const double *x = block->numerics + row * width + d;
    for (int t = 0; t < tile; t++) {
      const lanes weighted = weight * x[t];
      sum[t] += weighted;
      square[t] += weighted * x[t];
    }
  }
  for (int t = 0; t < tile; t++) {
    double *sum_total = sums + (d + t) * padded + lane, *square_total = squares + (d + t) * padded + lane;
    store(sum_total, load(sum_total) + sum[t]);
    store(square_total, load(square_total) + square[t]);
  }
}

MULTIVERSION void ck_mixture_accumulate(
    const ck_mixture_block *block, int64_t padded, const double *weights, double *counts, double *sums,
    double *squares, double *level_sums) {
  const int64_t width = block->numeric_count, rows = block->rows;
  for (int64_t lane = 0; lane < padded; lane += LANE_COUNT) {
    lanes count = {0};
    for (int64_t row = 0; row < rows; row++) count += load(weights + row * padded + lane);
    store(counts + lane, load(counts + lane) + count);
    int64_t d = 0;
    for (; d + COLUMN_TILE <= width; d += COLUMN_TILE) {
      accumulate_columns(block, d, COLUMN_TILE, padded, lane, weights, sums, squares);
    }
    for (; d < width; d++) accumulate_columns(block, d, 1, padded, lane, weights, sums, squares);
    for (int64_t j = 0; j < block->category_count; j++) {
      for (int64_t row = 0; row < rows; row++) {
        const int64_t level = block->level_rows[row * block->category_count + j];
        if (level < 0) continue;
        double *total = level_sums + level * padded + lane;
        store(total, load(total) + load(weights + row * padded + lane));
      }
    }
  }
}
