#include "multiversion.h"

#include "CKernelsNetwork.h"

MULTIVERSION
void ck_bias_add(float *restrict h, const float *restrict bias, int64_t rows, int64_t columns) {
  for (int64_t r = 0; r < rows; r++) {
    float *restrict row = h + r * columns;
    for (int64_t c = 0; c < columns; c++) { row[c] += bias[c]; }
  }
}

MULTIVERSION
void ck_bias_silu(
    float *restrict h, float *restrict activation, const float *restrict bias, int64_t rows, int64_t columns) {
  for (int64_t r = 0; r < rows; r++) {
    float *restrict row = h + r * columns;
    float *restrict out = activation + r * columns;
    for (int64_t c = 0; c < columns; c++) {
      float x = row[c] + bias[c];
      float s = 1.0f / (1.0f + exp_float(-x));
      float a = x * s;
      out[c] = a;
      row[c] = s + a * (1.0f - s);
    }
  }
}

MULTIVERSION
void ck_bias_silu_in_place(float *restrict h, const float *restrict bias, int64_t rows, int64_t columns) {
  for (int64_t r = 0; r < rows; r++) {
    float *restrict row = h + r * columns;
    for (int64_t c = 0; c < columns; c++) {
      float x = row[c] + bias[c];
      row[c] = x * (1.0f / (1.0f + exp_float(-x)));
    }
  }
}

MULTIVERSION
void ck_bias_relu(float *restrict h, const float *restrict bias, int64_t rows, int64_t columns) {
  for (int64_t r = 0; r < rows; r++) {
    float *restrict row = h + r * columns;
    for (int64_t c = 0; c < columns; c++) {
      float x = row[c] + bias[c];
      row[c] = x > 0.0f ? x : (x == x ? 0.0f : x);
    }
  }
}

MULTIVERSION
void ck_silu_backward(
    float *restrict gradient, const float *restrict derivative, float *restrict bias_gradient, int64_t rows,
    int64_t columns) {
  for (int64_t c = 0; c < columns; c++) { bias_gradient[c] = 0; }
  for (int64_t r = 0; r < rows; r++) {
    float *restrict row = gradient + r * columns;
    const float *restrict slope = derivative + r * columns;
    for (int64_t c = 0; c < columns; c++) {
      float g = row[c] * slope[c];
      row[c] = g;
      bias_gradient[c] += g;
    }
  }
}

MULTIVERSION
void ck_relu_backward(
    float *restrict gradient, const float *restrict activation, float *restrict bias_gradient, int64_t rows,
    int64_t columns) {
  for (int64_t c = 0; c < columns; c++) { bias_gradient[c] = 0; }
  for (int64_t r = 0; r < rows; r++) {
    float *restrict row = gradient + r * columns;
    const float *restrict active = activation + r * columns;
    for (int64_t c = 0; c < columns; c++) {
      float g = active[c] == 0.0f ? 0.0f : row[c];
      row[c] = g;
      bias_gradient[c] += g;
    }
  }
}

MULTIVERSION
void ck_column_sums(const float *restrict matrix, float *restrict sums, int64_t rows, int64_t columns) {
  for (int64_t c = 0; c < columns; c++) { sums[c] = 0; }
  for (int64_t r = 0; r < rows; r++) {
    const float *restrict row = matrix + r * columns;
    for (int64_t c = 0; c < columns; c++) { sums[c] += row[c]; }
  }
}

MULTIVERSION
void ck_add(float *restrict target, const float *restrict source, int64_t count) {
  for (int64_t i = 0; i < count; i++) { target[i] += source[i]; }
}

// Cosine and sine of an angle that is given in full turns.
INLINE void turn(double turns, float *cosine, float *sine) {
  // Adding 1.5 * 2^52 rounds to a whole number: first full turns, then quarters.
  double whole = (turns + 6755399441055744.0) - 6755399441055744.0;
  float quarters = (float)((turns - whole) * 4.0);
  float nearest = (quarters + 12582912.0f) - 12582912.0f;
  float x = (quarters - nearest) * 1.57079632679489662f;
  float z = x * x;
  float s = 2.7181216275e-6f;
  s = s * z - 1.9839334836e-4f;
  s = s * z + 8.3333293859e-3f;
  s = s * z - 1.6666665459e-1f;
  s = x + x * (z * s);
  float c = 2.44331571e-5f;
  c = c * z - 1.38873162e-3f;
  c = c * z + 4.16666457e-2f;
  c = 1.0f - 0.5f * z + z * z * c;
  // nearest is -2, -1, 0, 1 or 2 quarter turns.
  float cosine_value = nearest == 0.0f ? c : -c;
  cosine_value = nearest == 1.0f ? -s : cosine_value;
  cosine_value = nearest == -1.0f ? s : cosine_value;
  float sine_value = nearest == 0.0f ? s : -s;
  sine_value = nearest == 1.0f ? c : sine_value;
  sine_value = nearest == -1.0f ? -c : sine_value;
  *cosine = cosine_value;
  *sine = sine_value;
}

MULTIVERSION
void ck_time_embedding(
    float *restrict out, const double *restrict times, const double *restrict frequencies, int64_t rows,
    int64_t dimension) {
  int64_t half = dimension / 2;
  for (int64_t r = 0; r < rows; r++) {
    float *restrict cosines = out + r * dimension;
    float *restrict sines = cosines + half;
    double turns = times[r] * 0.159154943091895335769;
    for (int64_t i = 0; i < half; i++) { turn(turns * frequencies[i], &cosines[i], &sines[i]); }
    if (dimension % 2 != 0) { cosines[dimension - 1] = 0; }
  }
}

enum { TILE = 64 };

MULTIVERSION
void ck_sparse_product(
    float *restrict h, const int32_t *restrict indices, const float *restrict values, const float *restrict weights,
    int64_t rows, int64_t entries, int64_t columns) {
  for (int64_t r = 0; r < rows; r++) {
    const int32_t *index = indices + r * entries;
    const float *value = values + r * entries;
    int64_t start = 0;
    for (; start + TILE <= columns; start += TILE) {
      float sums[TILE];
      float *restrict target = h + r * columns + start;
      for (int c = 0; c < TILE; c++) { sums[c] = target[c]; }
      for (int64_t e = 0; e < entries; e++) {
        if (index[e] < 0) { continue; }
        const float *restrict source = weights + (int64_t)index[e] * columns + start;
        float factor = value[e];
        for (int c = 0; c < TILE; c++) { sums[c] += factor * source[c]; }
      }
      for (int c = 0; c < TILE; c++) { target[c] = sums[c]; }
    }
    for (int64_t e = 0; e < entries && start < columns; e++) {
      if (index[e] < 0) { continue; }
      const float *restrict source = weights + (int64_t)index[e] * columns;
      float *restrict target = h + r * columns;
      for (int64_t c = start; c < columns; c++) { target[c] += value[e] * source[c]; }
    }
  }
}

MULTIVERSION
void ck_sparse_gradient(
    float *restrict gradient, const int32_t *restrict indices, const float *restrict values,
    const float *restrict h_gradient, int64_t rows, int64_t entries, int64_t columns) {
  for (int64_t r = 0; r < rows; r++) {
    const float *restrict source = h_gradient + r * columns;
    for (int64_t e = 0; e < entries; e++) {
      int64_t index = indices[r * entries + e];
      if (index < 0) { continue; }
      float *restrict target = gradient + index * columns;
      float factor = values[r * entries + e];
      for (int64_t c = 0; c < columns; c++) { target[c] += factor * source[c]; }
    }
  }
}
