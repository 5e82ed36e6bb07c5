#include "multiversion.h"

#include <math.h>
#include <stddef.h>

#include "CKernelsClustering.h"

enum { LANE_COUNT = 8, PANEL = CK_PANEL_ROWS };

typedef double lanes __attribute__((ext_vector_type(LANE_COUNT), aligned(sizeof(double))));
typedef double quad __attribute__((ext_vector_type(4), aligned(sizeof(double))));
typedef float half __attribute__((ext_vector_type(LANE_COUNT), aligned(sizeof(float))));
typedef float wide __attribute__((ext_vector_type(LANES), aligned(sizeof(float))));
typedef int wide_bits __attribute__((ext_vector_type(LANES), aligned(sizeof(int32_t))));

// Vectors travel by pointer or macro: passing them by value would depend on the instruction set.
#define load(pointer) (*(const lanes *)(pointer))
#define store(pointer, value) (*(lanes *)(pointer) = (value))
#define load_wide(pointer) (*(const wide *)(pointer))

INLINE double lane_sum(const lanes *v) {
  return (((*v)[0] + (*v)[4]) + ((*v)[2] + (*v)[6])) + (((*v)[1] + (*v)[5]) + ((*v)[3] + (*v)[7]));
}

MULTIVERSION void ck_panel(const double *numerics, int64_t rows, int64_t width, double *panel) {
  for (int64_t row = 0; row < rows; row++) {
    for (int64_t d = 0; d < width; d++) panel[d * PANEL + row] = numerics[row * width + d];
  }
  for (int64_t row = rows; row < PANEL; row++) {
    for (int64_t d = 0; d < width; d++) panel[d * PANEL + row] = 0;
  }
}

MULTIVERSION void ck_column_moments(
    const double *numerics, int64_t rows, int64_t width, double *restrict sums, double *restrict squares) {
  for (int64_t row = 0; row < rows; row++) {
    const double *x = numerics + row * width;
    for (int64_t d = 0; d < width; d++) {
      sums[d] += x[d];
      squares[d] += x[d] * x[d];
    }
  }
}

MULTIVERSION void ck_screening_panel(const double *panel, int64_t width, const double *origin, float *out, float *norms) {
  lanes squares[PANEL / LANE_COUNT] = {0};
  for (int64_t d = 0; d < width; d++) {
    for (int64_t part = 0; part < PANEL / LANE_COUNT; part++) {
      const lanes x = load(panel + d * PANEL + part * LANE_COUNT) - origin[d];
      squares[part] += x * x;
      *(half *)(out + d * PANEL + part * LANE_COUNT) = __builtin_convertvector(x, half);
    }
  }
  for (int64_t row = 0; row < PANEL; row++) {
    norms[row] = (float)__builtin_sqrt(squares[row / LANE_COUNT][row % LANE_COUNT]);
  }
}

// The definition that screening must agree with.
INLINE int32_t nearest_centre(const double *x, const ck_centres *centres) {
  double best = INFINITY;
  int32_t place = 0;
  for (int64_t c = 0; c < centres->count; c++) {
    double score = centres->base[c];
    for (int64_t d = 0; d < centres->width; d++) score += x[d] * centres->slopes[c * centres->width + d];
    if (score < best) {
      best = score;
      place = (int32_t)c;
    }
  }
  return place;
}

// Keeps the best score with its centre, the earlier one on ties, and the best score of the other centres.
#define keep_best(best, second, place, score, centre) \
  do { \
    const wide_bits better = (score) < best; \
    const wide worse = better ? best : (score); \
    second = worse < second ? worse : second; \
    best = better ? (score) : best; \
    place = better ? (wide_bits){0} + (int32_t)(centre) : place; \
  } while (0)

MULTIVERSION int64_t ck_nearest_centres(
    const float *panel, const float *norms, const double *numerics, int64_t rows, const ck_centres *centres,
    int32_t *labels) {
  const int64_t width = centres->width;
  int32_t places[PANEL], doubts[PANEL];
  for (int64_t row = 0; row < PANEL; row += 2 * LANES) {
    const float *x = panel + row;
    wide best_a = (wide){0} + INFINITY, best_b = best_a, second_a = best_a, second_b = best_a;
    wide_bits place_a = {0}, place_b = {0};
    for (int64_t c = 0; c < centres->count; c += CK_CENTRE_TILE) {
      const float *base = centres->screening_base + c, *s0 = centres->screening_slopes + c * width;
      const float *s1 = s0 + width, *s2 = s1 + width, *s3 = s2 + width;
      wide a0 = (wide){0} + base[0], a1 = (wide){0} + base[1], a2 = (wide){0} + base[2], a3 = (wide){0} + base[3];
      wide b0 = a0, b1 = a1, b2 = a2, b3 = a3;
      for (int64_t d = 0; d < width; d++) {
// Fused operations may be used here alone: they only tighten the error that the bound allows for, and no label depends
// on them.
#pragma clang fp contract(on)
        const wide xa = load_wide(x + d * PANEL), xb = load_wide(x + d * PANEL + LANES);
        a0 += xa * s0[d];
        b0 += xb * s0[d];
        a1 += xa * s1[d];
        b1 += xb * s1[d];
        a2 += xa * s2[d];
        b2 += xb * s2[d];
        a3 += xa * s3[d];
        b3 += xb * s3[d];
      }
      keep_best(best_a, second_a, place_a, a0, c);
      keep_best(best_b, second_b, place_b, b0, c);
      keep_best(best_a, second_a, place_a, a1, c + 1);
      keep_best(best_b, second_b, place_b, b1, c + 1);
      keep_best(best_a, second_a, place_a, a2, c + 2);
      keep_best(best_b, second_b, place_b, b2, c + 2);
      keep_best(best_a, second_a, place_a, a3, c + 3);
      keep_best(best_b, second_b, place_b, b3, c + 3);
    }
    // A huge bound means that a sum may have overflowed on the way; comparisons with NaN are false.
    const wide bound_a = load_wide(norms + row) * centres->bound_slope + centres->bound_base;
    const wide bound_b = load_wide(norms + row + LANES) * centres->bound_slope + centres->bound_base;
    *(wide_bits *)(places + row) = place_a;
    *(wide_bits *)(places + row + LANES) = place_b;
    *(wide_bits *)(doubts + row) = ~((second_a - best_a > bound_a) & (bound_a < 1e30f));
    *(wide_bits *)(doubts + row + LANES) = ~((second_b - best_b > bound_b) & (bound_b < 1e30f));
  }
  int64_t checked = 0;
  for (int64_t row = 0; row < rows; row++) {
    labels[row] = places[row];
    if (doubts[row] == 0) continue;
    labels[row] = nearest_centre(numerics + row * width, centres);
    checked++;
  }
  return checked;
}

void ck_fetch_moving_rows(
    const double *numerics, int64_t rows, int64_t width, const int32_t *new_labels, const int32_t *labels) {
  enum { CACHE_LINE = 8 };
  for (int64_t row = 0; row < rows; row++) {
    if (new_labels[row] == labels[row]) continue;
    for (int64_t d = 0; d < width; d += CACHE_LINE) __builtin_prefetch(numerics + row * width + d);
  }
}

MULTIVERSION int64_t ck_move_rows(
    const double *numerics, int64_t rows, int64_t width, const int32_t *new_labels, int32_t *labels, double *counts,
    double *sums, int64_t sum_stride) {
  int64_t changes = 0;
  for (int64_t row = 0; row < rows; row++) {
    const int32_t new_label = new_labels[row], old_label = labels[row];
    if (new_label == old_label) continue;
    changes++;
    const double *x = numerics + row * width;
    double *target = sums + new_label * sum_stride;
    int64_t d = 0;
    for (; d + 4 <= width; d += 4) *(quad *)(target + d) += *(const quad *)(x + d);
    for (; d < width; d++) target[d] += x[d];
    counts[new_label] += 1;
    if (old_label >= 0) {
      double *source = sums + old_label * sum_stride;
      for (d = 0; d + 4 <= width; d += 4) *(quad *)(source + d) -= *(const quad *)(x + d);
      for (; d < width; d++) source[d] -= x[d];
      counts[old_label] -= 1;
    }
    labels[row] = new_label;
  }
  return changes;
}

MULTIVERSION void ck_label_distances(
    const double *numerics, int64_t rows, int64_t width, const int32_t *labels, const double *centres,
    int64_t centre_stride, double *out) {
  for (int64_t row = 0; row < rows; row++) {
    const double *x = numerics + row * width, *centre = centres + labels[row] * centre_stride;
    double sum = 0;
    for (int64_t d = 0; d < width; d++) {
      const double difference = x[d] - centre[d];
      sum += difference * difference;
    }
    out[row] = sum;
  }
}

MULTIVERSION void ck_point_distances(
    const double *panel, int64_t width, const double *points, int64_t count, int64_t out_stride, double *out) {
  for (int64_t point = 0; point < count; point++) {
    lanes a = {0}, b = {0}, c = {0}, e = {0};
    for (int64_t d = 0; d < width; d++) {
      const double *x = panel + d * PANEL, y = points[point * width + d];
      const lanes da = load(x) - y, db = load(x + LANE_COUNT) - y;
      const lanes dc = load(x + 2 * LANE_COUNT) - y, de = load(x + 3 * LANE_COUNT) - y;
      a += da * da;
      b += db * db;
      c += dc * dc;
      e += de * de;
    }
    double *distances = out + point * out_stride;
    store(distances, a);
    store(distances + LANE_COUNT, b);
    store(distances + 2 * LANE_COUNT, c);
    store(distances + 3 * LANE_COUNT, e);
  }
}

MULTIVERSION void ck_level_distances(
    const int32_t *codes, int64_t rows, int32_t code, double square, double *out) {
  const double absent = code >= 0 ? square : 0, other = absent + square;
  for (int64_t row = 0; row < rows; row++) out[row] += codes[row] == code ? 0 : codes[row] >= 0 ? other : absent;
}

MULTIVERSION void ck_limited_sums(
    double *out, int64_t out_stride, int64_t count, const double *limits, double *totals, int64_t total_stride) {
  for (int64_t point = 0; point < count; point++) {
    double *distances = out + point * out_stride;
    lanes sum = {0};
    for (int64_t row = 0; row < PANEL; row += LANE_COUNT) {
      const lanes distance = load(distances + row), limit = load(limits + row);
      const lanes least = distance < limit ? distance : limit;
      store(distances + row, least);
      sum += least;
    }
    totals[point * total_stride] = lane_sum(&sum);
  }
}
