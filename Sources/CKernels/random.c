#include "multiversion.h"

#include "CKernelsRandom.h"
#include "philox.h"

enum { BLOCK = 64 };

INLINE double double_of_word(uint32_t word) {
  return double_of_bits(0x4330000000000000ull | word) - 4503599627370496.0;
}

// One Box-Muller pair: radius from word a, angle from word b.
INLINE void box_muller(uint32_t a, uint32_t b, double *cosine, double *sine) {
  double u = (double_of_word(a) + 0.5) * 0x1p-32;
  double radius = __builtin_elementwise_sqrt(-2.0 * log_double(u));
  // The angle is reduced to [-pi/4, pi/4] in integers, hence exactly.
  uint32_t quadrant = (b + 0x20000000u) >> 30;
  uint32_t rest = b - (quadrant << 30) + 0x20000000u;
  double x = (double_of_word(rest) - 536870912.0 + 0.5) * (0x1p-31 * 3.14159265358979323846);
  double z = x * x;
  double s = -2.50507602534068634195e-08 + z * 1.58969099521155010221e-10;
  s = 2.75573137070700676789e-06 + z * s;
  s = -1.98412698298579493134e-04 + z * s;
  s = 8.33333333332248946124e-03 + z * s;
  s = -1.66666666666666324348e-01 + z * s;
  s = x + x * (z * s);
  double c = 2.08757232129817482790e-09 + z * -1.13596475577881948265e-11;
  c = -2.75573143513906633035e-07 + z * c;
  c = 2.48015872894767294178e-05 + z * c;
  c = -1.38888888888741095749e-03 + z * c;
  c = 4.16666666666666019037e-02 + z * c;
  c = 1.0 - (0.5 * z - z * z * c);
  int odd = (quadrant & 1u) != 0;
  double cosine_value = odd ? s : c;
  double sine_value = odd ? c : s;
  cosine_value = (quadrant == 1u || quadrant == 2u) ? -cosine_value : cosine_value;
  sine_value = (quadrant >= 2u) ? -sine_value : sine_value;
  *cosine = radius * cosine_value;
  *sine = radius * sine_value;
}

void ck_philox(uint64_t key, uint32_t x0, uint32_t x1, uint32_t x2, uint32_t x3, uint32_t words[4]) {
  philox_rounds(key, &x0, &x1, &x2, &x3);
  words[0] = x0;
  words[1] = x1;
  words[2] = x2;
  words[3] = x3;
}

void ck_philox_normals(uint64_t key, uint32_t x0, uint32_t x1, uint32_t x2, uint32_t x3, double normals[4]) {
  philox_rounds(key, &x0, &x1, &x2, &x3);
  box_muller(x0, x1, &normals[0], &normals[1]);
  box_muller(x2, x3, &normals[2], &normals[3]);
}

// Normals of BLOCK counters at once: the vector part of the two fill functions.
MULTIVERSION
static void normals_block(
    uint64_t key, uint32_t step, const uint32_t *restrict low, const uint32_t *restrict high,
    const uint32_t *restrict draw, float *restrict out) {
  uint32_t w0[BLOCK], w1[BLOCK], w2[BLOCK], w3[BLOCK];
  for (int i = 0; i < BLOCK; i++) {
    uint32_t a = low[i], b = high[i], c = step, d = draw[i];
    philox_rounds(key, &a, &b, &c, &d);
    w0[i] = a;
    w1[i] = b;
    w2[i] = c;
    w3[i] = d;
  }
  for (int i = 0; i < BLOCK; i++) {
    double cosine, sine;
    box_muller(w0[i], w1[i], &cosine, &sine);
    out[i] = (float)cosine;
    out[BLOCK + i] = (float)sine;
  }
  for (int i = 0; i < BLOCK; i++) {
    double cosine, sine;
    box_muller(w2[i], w3[i], &cosine, &sine);
    out[2 * BLOCK + i] = (float)cosine;
    out[3 * BLOCK + i] = (float)sine;
  }
}

INLINE void fill(
    float *out, int64_t stride, int64_t rows, int64_t columns, uint64_t key, uint64_t first_row,
    const uint64_t *row_numbers, uint32_t step) {
  uint32_t low[BLOCK], high[BLOCK], draw[BLOCK];
  float normals[4 * BLOCK];
  int64_t row_of[BLOCK];
  int64_t draws = (columns + 3) / 4;
  int64_t row = 0, next = 0;
  while (row < rows && draws > 0) {
    int filled = 0;
    for (; filled < BLOCK && row < rows; filled++) {
      uint64_t number = row_numbers ? row_numbers[row] : first_row + (uint64_t)row;
      low[filled] = (uint32_t)number;
      high[filled] = (uint32_t)(number >> 32);
      draw[filled] = (uint32_t)next;
      row_of[filled] = row;
      if (++next == draws) {
        next = 0;
        row++;
      }
    }
    for (int i = filled; i < BLOCK; i++) {
      low[i] = 0;
      high[i] = 0;
      draw[i] = 0;
    }
    normals_block(key, step, low, high, draw, normals);
    for (int i = 0; i < filled; i++) {
      int64_t column = 4 * (int64_t)draw[i];
      float *target = out + row_of[i] * stride + column;
      for (int lane = 0; lane < 4 && column + lane < columns; lane++) { target[lane] = normals[lane * BLOCK + i]; }
    }
  }
}

void ck_fill_normals(
    float *out, int64_t stride, int64_t rows, int64_t columns, uint64_t key, uint64_t first_row, uint32_t step) {
  fill(out, stride, rows, columns, key, first_row, 0, step);
}

void ck_fill_normals_rows(
    float *out, int64_t stride, int64_t rows, int64_t columns, uint64_t key, const uint64_t *row_numbers,
    uint32_t step) {
  fill(out, stride, rows, columns, key, 0, row_numbers, step);
}

void ck_permutation(int32_t *out, int64_t count, uint64_t key, uint32_t step) {
  for (int64_t i = 0; i < count; i++) { out[i] = (int32_t)i; }
  uint32_t words[4] = {0, 0, 0, 0};
  for (int64_t i = count - 1; i > 0; i--) {
    uint64_t block = (uint64_t)i / 2;
    if ((i & 1) == 1 || i == count - 1) { ck_philox(key, (uint32_t)block, (uint32_t)(block >> 32), step, 0, words); }
    int half = 2 * (int)(i & 1);
    uint64_t bits = ((uint64_t)words[half + 1] << 32) | words[half];
    // The high half of a 64 x 64 bit product is uniform below i + 1 up to 2^-64 * (i + 1).
    int64_t j = (int64_t)(((unsigned __int128)bits * (uint64_t)(i + 1)) >> 64);
    int32_t held = out[i];
    out[i] = out[j];
    out[j] = held;
  }
}
