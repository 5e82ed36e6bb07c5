#include "multiversion.h"

#include <math.h>
#include <stddef.h>

#include "CKernelsNeighbours.h"

typedef float wide __attribute__((ext_vector_type(LANES), aligned(sizeof(float))));
typedef int wide_bits __attribute__((ext_vector_type(LANES), aligned(sizeof(int32_t))));

#define load(pointer) (*(const wide *)(pointer))
#define store(pointer, value) (*(wide *)(pointer) = (value))

// The least value of the lanes, at its lowest position.
INLINE int64_t lowest(const wide *best, const wide_bits *place, float *value) {
  const float least = __builtin_reduce_min(*best);
  const wide_bits step = (wide_bits){0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15};
  const wide_bits places = *best == least ? *place + step : (wide_bits){0} + INT32_MAX;
  *value = least;
  return __builtin_reduce_min(places);
}

MULTIVERSION float ck_row_minimum(const ck_assignment *assignment, int64_t row) {
  const float *costs = assignment->costs + row * assignment->stride;
  wide best = load(costs);
  for (int64_t column = LANES; column < assignment->stride; column += LANES) {
    const wide cost = load(costs + column);
    best = cost < best ? cost : best;
  }
  return __builtin_reduce_min(best);
}

// The column with the least cost plus price, that value and the least of the other columns.
INLINE int64_t best_offer(
    const float *costs, const float *prices, int64_t stride, float *least, float *next) {
  wide best_a = (wide){0} + INFINITY, best_b = best_a, second_a = best_a, second_b = best_a;
  wide_bits place_a = {0}, place_b = {0};
  for (int64_t column = 0; column < stride; column += 2 * LANES) {
    const wide a = load(costs + column) + load(prices + column);
    const wide b = load(costs + column + LANES) + load(prices + column + LANES);
    const wide worse_a = a < best_a ? best_a : a, worse_b = b < best_b ? best_b : b;
    place_a = a < best_a ? (wide_bits){0} + (int32_t)column : place_a;
    place_b = b < best_b ? (wide_bits){0} + (int32_t)(column + LANES) : place_b;
    best_a = a < best_a ? a : best_a;
    best_b = b < best_b ? b : best_b;
    second_a = worse_a < second_a ? worse_a : second_a;
    second_b = worse_b < second_b ? worse_b : second_b;
  }
  const wide_bits from_b = (best_b < best_a) | ((best_b == best_a) & (place_b < place_a));
  const wide worse = from_b ? best_a : best_b;
  const wide best = from_b ? best_b : best_a;
  const wide_bits place = from_b ? place_b : place_a;
  wide second = second_a < second_b ? second_a : second_b;
  second = worse < second ? worse : second;
  const int64_t column = lowest(&best, &place, least);
  // The best values of the other lanes are offers too.
  const wide_bits lanes = (wide_bits){0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15};
  const wide others = lanes == (int32_t)(column % LANES) ? second : best;
  const wide rest = others < second ? others : second;
  *next = __builtin_reduce_min(rest);
  return column;
}

MULTIVERSION int64_t ck_auction(
    ck_assignment *assignment, float epsilon, int64_t budget, int32_t *queue, int64_t waiting) {
  const int64_t rows = assignment->rows, stride = assignment->stride;
  float *prices = assignment->prices;
  int32_t *owners = assignment->owners, *places = assignment->places;
  int64_t head = 0;
  for (; waiting > 0 && budget > 0; budget--) {
    const int32_t row = queue[head];
    head = head + 1 < rows ? head + 1 : 0;
    waiting--;
    float least, next;
    const int64_t column = best_offer(assignment->costs + row * stride, prices, stride, &least, &next);
    // A single column has no second offer; its price does not matter.
    prices[column] += (next < INFINITY ? next - least : 0) + epsilon;
    const int32_t owner = owners[column];
    owners[column] = row;
    places[row] = (int32_t)column;
    if (owner < 0) continue;
    places[owner] = -1;
    const int64_t tail = head + waiting < rows ? head + waiting : head + waiting - rows;
    queue[tail] = owner;
    waiting++;
  }
  int64_t left = 0;
  for (int64_t row = 0; row < rows; row++) {
    if (places[row] < 0) queue[left++] = (int32_t)row;
  }
  return left;
}

// Lengths of paths over `row` at cost `base` plus reduced costs; returns the open column with the shortest path.
INLINE int64_t extend(
    const float *costs, const float *prices, int64_t stride, int32_t row, float base, float least, const float *keys,
    float *lengths, int32_t *previous, float *shortest) {
  wide best = (wide){0} + INFINITY;
  wide_bits place = {0};
  for (int64_t column = 0; column < stride; column += LANES) {
    wide length = load(costs + column) + load(prices + column) + base;
    // The auction leaves reduced costs down to -epsilon.
    length = length < least ? (wide){0} + least : length;
    const wide old = load(lengths + column);
    const wide_bits shorter = length < old;
    wide_bits *from = (wide_bits *)(previous + column);
    *from = shorter ? (wide_bits){0} + row : *from;
    length = shorter ? length : old;
    store(lengths + column, length);
    const wide key = length + load(keys + column);
    place = key < best ? (wide_bits){0} + (int32_t)column : place;
    best = key < best ? key : best;
  }
  return lowest(&best, &place, shortest);
}

MULTIVERSION void ck_augment(
    ck_assignment *assignment, const int32_t *queue, int64_t waiting, float *keys, float *lengths, int32_t *previous,
    int32_t *scanned) {
  const int64_t stride = assignment->stride;
  const float *costs = assignment->costs;
  float *prices = assignment->prices;
  int32_t *owners = assignment->owners, *places = assignment->places;
  for (int64_t entry = 0; entry < waiting; entry++) {
    for (int64_t column = 0; column < stride; column++) {
      keys[column] = 0;
      lengths[column] = INFINITY;
    }
    int32_t row = queue[entry];
    float base = 0, shortest = 0;
    int64_t count = 0;
    int64_t column = extend(costs + row * stride, prices, stride, row, 0, 0, keys, lengths, previous, &shortest);
    while (owners[column] >= 0) {
      scanned[count++] = (int32_t)column;
      keys[column] = INFINITY;
      row = owners[column];
      base = shortest - (costs[row * stride + column] + prices[column]);
      column = extend(
          costs + row * stride, prices, stride, row, base, shortest, keys, lengths, previous, &shortest);
    }
    for (int64_t place = 0; place < count; place++) prices[scanned[place]] += shortest - lengths[scanned[place]];
    for (row = -1; row != queue[entry];) {
      row = previous[column];
      const int32_t next = places[row];
      places[row] = (int32_t)column;
      owners[column] = row;
      column = next;
    }
  }
}
