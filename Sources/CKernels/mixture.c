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

// Adds the level table's rows of one block row to its sum and stores the result.
INLINE void finish_row(
    double *out, const lanes *start, const ck_mixture_block *block, int64_t row, int64_t padded, int64_t lane, const double *levels) {
  lanes sum = *start;
  for (int64_t j = 0; j < block->category_count; j++) {
    int64_t level = block->level_rows[row * block->category_count + j];
    if (level >= 0) sum += load(levels + level * padded + lane);
  }
  store(out, sum);
}

MULTIVERSION void ck_mixture_scores(
    const ck_mixture_block *block, int64_t padded, const double *means, const double *factors, const double *base,
    const double *levels, double *scores) {
  const int64_t width = block->numeric_count;
  for (int64_t lane = 0; lane < padded; lane += LANE_COUNT) {
    const lanes start = load(base + lane);
    int64_t row = 0;
    for (; row + ROW_TILE <= block->rows; row += ROW_TILE) {
      const double *x = block->numerics + row * width;
      lanes a = start, b = start, c = start, e = start;
      for (int64_t d = 0; d < width; d++) {
        const lanes mean = load(means + d * padded + lane), factor = load(factors + d * padded + lane);
        const lanes da = x[d] - mean, db = x[width + d] - mean;
        const lanes dc = x[2 * width + d] - mean, de = x[3 * width + d] - mean;
        a += da * da * factor;
        b += db * db * factor;
        c += dc * dc * factor;
        e += de * de * factor;
      }
      double *out = scores + row * padded + lane;
      finish_row(out, &a, block, row, padded, lane, levels);
      finish_row(out + padded, &b, block, row + 1, padded, lane, levels);
      finish_row(out + 2 * padded, &c, block, row + 2, padded, lane, levels);
      finish_row(out + 3 * padded, &e, block, row + 3, padded, lane, levels);
    }
    for (; row < block->rows; row++) {
      const double *x = block->numerics + row * width;
      lanes a = start;
      for (int64_t d = 0; d < width; d++) {
        const lanes difference = x[d] - load(means + d * padded + lane);
        a += difference * difference * load(factors + d * padded + lane);
      }
      finish_row(scores + row * padded + lane, &a, block, row, padded, lane, levels);
    }
  }
}

MULTIVERSION void ck_mixture_linear_scores(
    const ck_mixture_block *block, int64_t padded, const double *slopes, const double *base, const double *levels,
    double *scores) {
  const int64_t width = block->numeric_count;
  for (int64_t lane = 0; lane < padded; lane += LANE_COUNT) {
    const lanes start = load(base + lane);
    int64_t row = 0;
    for (; row + ROW_TILE <= block->rows; row += ROW_TILE) {
      const double *x = block->numerics + row * width;
      lanes a = start, b = start, c = start, e = start;
      for (int64_t d = 0; d < width; d++) {
        const lanes slope = load(slopes + d * padded + lane);
        a += x[d] * slope;
        b += x[width + d] * slope;
        c += x[2 * width + d] * slope;
        e += x[3 * width + d] * slope;
      }
      double *out = scores + row * padded + lane;
      finish_row(out, &a, block, row, padded, lane, levels);
      finish_row(out + padded, &b, block, row + 1, padded, lane, levels);
      finish_row(out + 2 * padded, &c, block, row + 2, padded, lane, levels);
      finish_row(out + 3 * padded, &e, block, row + 3, padded, lane, levels);
    }
    for (; row < block->rows; row++) {
      const double *x = block->numerics + row * width;
      lanes a = start;
      for (int64_t d = 0; d < width; d++) a += x[d] * load(slopes + d * padded + lane);
      finish_row(scores + row * padded + lane, &a, block, row, padded, lane, levels);
    }
  }
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
      lanes s0 = {0}, s1 = {0}, s2 = {0}, s3 = {0}, q0 = {0}, q1 = {0}, q2 = {0}, q3 = {0};
      for (int64_t row = 0; row < rows; row++) {
        const lanes weight = load(weights + row * padded + lane);
        const double *x = block->numerics + row * width + d;
        const lanes w0 = weight * x[0], w1 = weight * x[1], w2 = weight * x[2], w3 = weight * x[3];
        s0 += w0;
        s1 += w1;
        s2 += w2;
        s3 += w3;
        q0 += w0 * x[0];
        q1 += w1 * x[1];
        q2 += w2 * x[2];
        q3 += w3 * x[3];
      }
      double *sum = sums + d * padded + lane, *square = squares + d * padded + lane;
      store(sum, load(sum) + s0);
      store(sum + padded, load(sum + padded) + s1);
      store(sum + 2 * padded, load(sum + 2 * padded) + s2);
      store(sum + 3 * padded, load(sum + 3 * padded) + s3);
      store(square, load(square) + q0);
      store(square + padded, load(square + padded) + q1);
      store(square + 2 * padded, load(square + 2 * padded) + q2);
      store(square + 3 * padded, load(square + 3 * padded) + q3);
    }
    for (; d < width; d++) {
      lanes s = {0}, q = {0};
      for (int64_t row = 0; row < rows; row++) {
        const double x = block->numerics[row * width + d];
        const lanes w = load(weights + row * padded + lane) * x;
        s += w;
        q += w * x;
      }
      store(sums + d * padded + lane, load(sums + d * padded + lane) + s);
      store(squares + d * padded + lane, load(squares + d * padded + lane) + q);
    }
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
