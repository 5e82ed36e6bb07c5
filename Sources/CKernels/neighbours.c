#include "multiversion.h"

#include <float.h>
#include <math.h>
#include <stddef.h>

#include "CKernelsNeighbours.h"

enum { PANEL = CK_ROW_PANEL, TILE = 4 };

typedef float wide __attribute__((ext_vector_type(LANES), aligned(sizeof(float))));
typedef int wide_bits __attribute__((ext_vector_type(LANES), aligned(sizeof(int32_t))));

#define load(pointer) (*(const wide *)(pointer))
#define store(pointer, value) (*(wide *)(pointer) = (value))
#define limited(distance) ((distance) < FLT_MAX ? (distance) : (wide){0} + FLT_MAX)

// Adds the squared difference in one coordinate for both halves of a panel.
#define add_squares(a, b, x, y, coordinate) \
  do { \
    const wide difference_a = (x) - (coordinate), difference_b = (y) - (coordinate); \
    a += difference_a * difference_a; \
    b += difference_b * difference_b; \
  } while (0)

void ck_row_panels(const float *rows, int64_t width, const int32_t *ids, int64_t count, float *panels) {
  for (int64_t first = 0; first < count; first += PANEL, panels += PANEL * width) {
    const int64_t filled = count - first < PANEL ? count - first : PANEL;
    for (int64_t row = 0; row < filled; row++) {
      const float *x = rows + (ids ? ids[first + row] : first + row) * width;
      for (int64_t d = 0; d < width; d++) panels[d * PANEL + row] = x[d];
    }
    for (int64_t row = filled; row < PANEL; row++) {
      for (int64_t d = 0; d < width; d++) panels[d * PANEL + row] = 0;
    }
  }
}

// Puts the lanes below the last distance of a sorted list into it. Positions rise from call to call, so an equal
// distance stands behind those that are there.
INLINE void insert(
    const float *found, int64_t position, int64_t filled, int64_t k, float *distances, int32_t *positions) {
  for (int64_t lane = 0; lane < filled; lane++) {
    const float distance = found[lane];
    if (!(distance < distances[k - 1])) continue;
    int64_t place = k - 1;
    for (; place > 0 && distances[place - 1] > distance; place--) {
      distances[place] = distances[place - 1];
      positions[place] = positions[place - 1];
    }
    distances[place] = distance;
    positions[place] = (int32_t)(position + lane);
  }
}

// A macro, because vectors passed by value would depend on the instruction set.
#define keep_near(a, b, anchor) \
  do { \
    float *list = distances + (anchor) * k; \
    const wide_bits near = ((a) < list[k - 1]) | ((b) < list[k - 1]); \
    if (__builtin_reduce_or(near)) { \
      float found[PANEL]; \
      store(found, limited(a)); \
      store(found + LANES, limited(b)); \
      insert(found, position, filled, k, list, positions + (anchor) * k); \
    } \
  } while (0)

MULTIVERSION void ck_nearest_rows(
    const float *anchors, int64_t anchor_count, const float *panels, int64_t first, int64_t count, int64_t width,
    int64_t k, float *distances, int32_t *positions) {
  for (int64_t row = 0; row < anchor_count; row += TILE) {
    // The last tile repeats its last anchor, whose list is then offered nothing new.
    const int64_t last = anchor_count - 1;
    const int64_t r1 = row + 1 < last ? row + 1 : last, r2 = row + 2 < last ? row + 2 : last;
    const int64_t r3 = row + 3 < last ? row + 3 : last;
    const float *y0 = anchors + row * width, *y1 = anchors + r1 * width;
    const float *y2 = anchors + r2 * width, *y3 = anchors + r3 * width;
    const float *panel = panels;
    for (int64_t start = 0; start < count; start += PANEL, panel += PANEL * width) {
      wide a0 = {0}, a1 = {0}, a2 = {0}, a3 = {0}, b0 = {0}, b1 = {0}, b2 = {0}, b3 = {0};
      for (int64_t d = 0; d < width; d++) {
        const wide x = load(panel + d * PANEL), y = load(panel + d * PANEL + LANES);
        add_squares(a0, b0, x, y, y0[d]);
        add_squares(a1, b1, x, y, y1[d]);
        add_squares(a2, b2, x, y, y2[d]);
        add_squares(a3, b3, x, y, y3[d]);
      }
      const int64_t position = first + start, filled = count - start < PANEL ? count - start : PANEL;
      keep_near(a0, b0, row);
      if (r1 > row) keep_near(a1, b1, r1);
      if (r2 > r1) keep_near(a2, b2, r2);
      if (r3 > r2) keep_near(a3, b3, r3);
    }
  }
}

MULTIVERSION int64_t ck_nearest_open_row(
    const float *anchor, const float *panels, const float *penalty, int64_t count, int64_t width, float *distance) {
  wide best_a = (wide){0} + INFINITY, best_b = best_a;
  wide_bits place_a = {0}, place_b = {0};
  for (int64_t start = 0; start < count; start += PANEL, panels += PANEL * width) {
    wide a = {0}, b = {0};
    for (int64_t d = 0; d < width; d++) {
      add_squares(a, b, load(panels + d * PANEL), load(panels + d * PANEL + LANES), anchor[d]);
    }
    a = limited(a) + load(penalty + start);
    b = limited(b) + load(penalty + start + LANES);
    place_a = a < best_a ? (wide_bits){0} + (int32_t)start : place_a;
    place_b = b < best_b ? (wide_bits){0} + (int32_t)start : place_b;
    best_a = a < best_a ? a : best_a;
    best_b = b < best_b ? b : best_b;
  }
  float best = INFINITY;
  int64_t place = -1;
  for (int64_t lane = 0; lane < PANEL; lane++) {
    const float found = lane < LANES ? best_a[lane] : best_b[lane - LANES];
    const int64_t position = lane + (lane < LANES ? place_a[lane] : place_b[lane - LANES]);
    if (found < best || (found == best && position < place)) {
      best = found;
      place = position;
    }
  }
  *distance = best;
  return place;
}

MULTIVERSION void ck_row_distances(
    const float *anchors, int64_t anchor_count, const float *panels, int64_t count, int64_t width, int64_t stride,
    float *out) {
  for (int64_t row = 0; row < anchor_count; row += TILE) {
    const int64_t last = anchor_count - 1;
    const int64_t r1 = row + 1 < last ? row + 1 : last, r2 = row + 2 < last ? row + 2 : last;
    const int64_t r3 = row + 3 < last ? row + 3 : last;
    const float *y0 = anchors + row * width, *y1 = anchors + r1 * width;
    const float *y2 = anchors + r2 * width, *y3 = anchors + r3 * width;
    float *out0 = out + row * stride, *out1 = out + r1 * stride, *out2 = out + r2 * stride, *out3 = out + r3 * stride;
    const float *panel = panels;
    for (int64_t start = 0; start < count; start += PANEL, panel += PANEL * width) {
      wide a0 = {0}, a1 = {0}, a2 = {0}, a3 = {0}, b0 = {0}, b1 = {0}, b2 = {0}, b3 = {0};
      for (int64_t d = 0; d < width; d++) {
        const wide x = load(panel + d * PANEL), y = load(panel + d * PANEL + LANES);
        add_squares(a0, b0, x, y, y0[d]);
        add_squares(a1, b1, x, y, y1[d]);
        add_squares(a2, b2, x, y, y2[d]);
        add_squares(a3, b3, x, y, y3[d]);
      }
      store(out0 + start, __builtin_elementwise_sqrt(limited(a0)));
      store(out0 + start + LANES, __builtin_elementwise_sqrt(limited(b0)));
      store(out1 + start, __builtin_elementwise_sqrt(limited(a1)));
      store(out1 + start + LANES, __builtin_elementwise_sqrt(limited(b1)));
      store(out2 + start, __builtin_elementwise_sqrt(limited(a2)));
      store(out2 + start + LANES, __builtin_elementwise_sqrt(limited(b2)));
      store(out3 + start, __builtin_elementwise_sqrt(limited(a3)));
      store(out3 + start + LANES, __builtin_elementwise_sqrt(limited(b3)));
    }
    for (int64_t column = count; column < stride; column++) {
      out0[column] = out1[column] = out2[column] = out3[column] = INFINITY;
    }
  }
}
