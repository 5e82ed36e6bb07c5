#include "multiversion.h"

#include "CKernelsNormalization.h"
#include "CKernelsRandom.h"

// Columns whose sums lie in registers, rows that are summed in single precision, columns of one set of counters.
enum { CHUNK = 64, BLOCK_ROWS = 32, GROUP = 128, DRAWS = 16 };

INLINE int64_t smaller(int64_t a, int64_t b) { return a < b ? a : b; }

MULTIVERSION
void ck_bias_leaky(
    float *restrict h, const float *restrict bias, float slope, int64_t rows, int64_t columns) {
  for (int64_t r = 0; r < rows; r++) {
    float *restrict row = h + r * columns;
    for (int64_t c = 0; c < columns; c++) {
      float x = row[c] + bias[c];
      row[c] = x > 0.0f ? x : slope * x;
    }
  }
}

MULTIVERSION
void ck_leaky_backward(
    float *restrict gradient, const float *restrict activation, float slope, int64_t rows, int64_t columns) {
  for (int64_t i = 0; i < rows * columns; i++) { gradient[i] = activation[i] > 0.0f ? gradient[i] : slope * gradient[i]; }
}

// Moments of one block of rows and a chunk of columns, merged with those of the rows before (Chan, Golub and LeVeque,
// "Updating formulae and a pairwise algorithm for computing sample variances", 1979).
INLINE void moments_chunk(
    float *restrict h, const float *restrict bias, float slope, int64_t rows, int64_t stride, int64_t rows_before,
    double *restrict mean, double *restrict squares, int64_t width) {
  float sums[CHUNK] = {0}, deviations[CHUNK] = {0}, centres[CHUNK];
  for (int64_t r = 0; r < rows; r++) {
    float *restrict row = h + r * stride;
    for (int64_t c = 0; c < width; c++) {
      float x = row[c] + bias[c];
      x = x > 0.0f ? x : slope * x;
      row[c] = x;
      sums[c] += x;
    }
  }
  float share = 1.0f / (float)rows;
  for (int64_t c = 0; c < width; c++) { centres[c] = sums[c] * share; }
  for (int64_t c = 0; c < width; c++) { sums[c] = 0; }
  // The deviations are taken from a rounded centre; their own mean corrects it.
  for (int64_t r = 0; r < rows; r++) {
    const float *restrict row = h + r * stride;
    for (int64_t c = 0; c < width; c++) {
      float d = row[c] - centres[c];
      sums[c] += d;
      deviations[c] += d * d;
    }
  }
  double count = (double)rows, before = (double)rows_before, total = count + before;
  for (int64_t c = 0; c < width; c++) {
    double rest = (double)sums[c] / count;
    double distance = (double)centres[c] + rest - mean[c];
    mean[c] += distance * (count / total);
    squares[c] += (double)deviations[c] - rest * rest * count + distance * distance * (before * count / total);
  }
}

MULTIVERSION
void ck_bias_leaky_moments(
    float *restrict h, const float *restrict bias, float slope, int64_t rows, int64_t columns, int64_t rows_before,
    double *restrict mean, double *restrict squares) {
  for (int64_t start = 0; start < rows; start += BLOCK_ROWS) {
    int64_t count = smaller(BLOCK_ROWS, rows - start), before = rows_before + start;
    float *block = h + start * columns;
    int64_t c = 0;
    for (; c + CHUNK <= columns; c += CHUNK) {
      moments_chunk(block + c, bias + c, slope, count, columns, before, mean + c, squares + c, CHUNK);
    }
    if (c < columns) {
      moments_chunk(block + c, bias + c, slope, count, columns, before, mean + c, squares + c, columns - c);
    }
  }
}

// The decisions for one row and one group of columns.
INLINE void dropout_group(
    uint8_t *restrict kept, uint32_t threshold, uint64_t key, uint32_t row, uint32_t step, uint32_t layer,
    uint32_t first_draw) {
  uint32_t x0[DRAWS], x1[DRAWS], x2[DRAWS], x3[DRAWS];
  for (int i = 0; i < DRAWS; i++) {
    uint32_t k0 = (uint32_t)key, k1 = (uint32_t)(key >> 32);
    uint32_t a = row, b = layer, c = step, d = first_draw + (uint32_t)i;
    // Philox4x32-10 as in random.c, unrolled by the compiler over the draws.
    for (int round = 0; round < 10; round++) {
      uint64_t p0 = (uint64_t)0xD2511F53u * a, p1 = (uint64_t)0xCD9E8D57u * c;
      uint32_t y0 = (uint32_t)(p1 >> 32) ^ b ^ k0, y2 = (uint32_t)(p0 >> 32) ^ d ^ k1;
      b = (uint32_t)p1;
      d = (uint32_t)p0;
      a = y0;
      c = y2;
      k0 += 0x9E3779B9u;
      k1 += 0xBB67AE85u;
    }
    x0[i] = a;
    x1[i] = b;
    x2[i] = c;
    x3[i] = d;
  }
  for (int i = 0; i < DRAWS; i++) {
    kept[i] = (x0[i] & 0xFFFFu) >= threshold;
    kept[DRAWS + i] = (x0[i] >> 16) >= threshold;
    kept[2 * DRAWS + i] = (x1[i] & 0xFFFFu) >= threshold;
    kept[3 * DRAWS + i] = (x1[i] >> 16) >= threshold;
    kept[4 * DRAWS + i] = (x2[i] & 0xFFFFu) >= threshold;
    kept[5 * DRAWS + i] = (x2[i] >> 16) >= threshold;
    kept[6 * DRAWS + i] = (x3[i] & 0xFFFFu) >= threshold;
    kept[7 * DRAWS + i] = (x3[i] >> 16) >= threshold;
  }
}

MULTIVERSION
void ck_dropout_mask(
    uint8_t *restrict kept, int64_t rows, int64_t columns, uint32_t threshold, uint64_t key, uint32_t first_row,
    uint32_t step, uint32_t layer) {
  uint8_t group[GROUP];
  for (int64_t r = 0; r < rows; r++) {
    uint8_t *row = kept + r * columns;
    for (int64_t c = 0; c < columns; c += GROUP) {
      dropout_group(group, threshold, key, first_row + (uint32_t)r, step, layer, (uint32_t)(c / GROUP * DRAWS));
      memcpy(row + c, group, (size_t)smaller(GROUP, columns - c));
    }
  }
}

MULTIVERSION
void ck_normalise(
    float *restrict out, const float *restrict activation, const uint8_t *restrict kept, const float *restrict scale,
    const float *restrict shift, int64_t rows, int64_t columns) {
  for (int64_t r = 0; r < rows; r++) {
    float *restrict target = out + r * columns;
    const float *restrict source = activation + r * columns;
    if (kept == 0) {
      for (int64_t c = 0; c < columns; c++) { target[c] = source[c] * scale[c] + shift[c]; }
      continue;
    }
    const uint8_t *restrict keep = kept + r * columns;
    for (int64_t c = 0; c < columns; c++) {
      float y = source[c] * scale[c] + shift[c];
      target[c] = keep[c] != 0 ? y : 0.0f;
    }
  }
}

INLINE void sums_chunk(
    float *restrict gradient, const float *restrict activation, const uint8_t *restrict kept,
    const float *restrict mean, float factor, int64_t rows, int64_t stride, double *restrict sums,
    double *restrict products, int64_t width) {
  float sum[CHUNK] = {0}, product[CHUNK] = {0};
  for (int64_t r = 0; r < rows; r++) {
    float *restrict g = gradient + r * stride;
    const float *restrict a = activation + r * stride;
    if (kept == 0) {
      for (int64_t c = 0; c < width; c++) {
        sum[c] += g[c];
        product[c] += g[c] * (a[c] - mean[c]);
      }
      continue;
    }
    const uint8_t *restrict keep = kept + r * stride;
    for (int64_t c = 0; c < width; c++) {
      float x = keep[c] != 0 ? factor * g[c] : 0.0f;
      g[c] = x;
      sum[c] += x;
      product[c] += x * (a[c] - mean[c]);
    }
  }
  for (int64_t c = 0; c < width; c++) { sums[c] += (double)sum[c]; }
  for (int64_t c = 0; c < width; c++) { products[c] += (double)product[c]; }
}

MULTIVERSION
void ck_normalise_sums(
    float *restrict gradient, const float *restrict activation, const uint8_t *restrict kept,
    const float *restrict mean, float factor, int64_t rows, int64_t columns, double *restrict sums,
    double *restrict products) {
  for (int64_t start = 0; start < rows; start += BLOCK_ROWS) {
    int64_t count = smaller(BLOCK_ROWS, rows - start);
    for (int64_t c = 0; c < columns; c += CHUNK) {
      int64_t at = start * columns + c;
      const uint8_t *keep = kept == 0 ? 0 : kept + at;
      if (c + CHUNK <= columns) {
        sums_chunk(
            gradient + at, activation + at, keep, mean + c, factor, count, columns, sums + c, products + c, CHUNK);
      } else {
        sums_chunk(
            gradient + at, activation + at, keep, mean + c, factor, count, columns, sums + c, products + c,
            columns - c);
      }
    }
  }
}

INLINE void backward_chunk(
    float *restrict gradient, const float *restrict activation, const float *restrict mean, const float *restrict a,
    const float *restrict b, const float *restrict c, float slope, int64_t rows, int64_t stride,
    double *restrict sums, int64_t width) {
  float sum[CHUNK] = {0};
  for (int64_t r = 0; r < rows; r++) {
    float *restrict g = gradient + r * stride;
    const float *restrict x = activation + r * stride;
    for (int64_t k = 0; k < width; k++) {
      float y = (a[k] * g[k] + b[k]) + c[k] * (x[k] - mean[k]);
      y = x[k] > 0.0f ? y : slope * y;
      g[k] = y;
      sum[k] += y;
    }
  }
  for (int64_t k = 0; k < width; k++) { sums[k] += (double)sum[k]; }
}

MULTIVERSION
void ck_normalise_backward(
    float *restrict gradient, const float *restrict activation, const float *restrict mean, const float *restrict a,
    const float *restrict b, const float *restrict c, float slope, int64_t rows, int64_t columns,
    double *restrict sums) {
  for (int64_t start = 0; start < rows; start += BLOCK_ROWS) {
    int64_t count = smaller(BLOCK_ROWS, rows - start);
    for (int64_t k = 0; k < columns; k += CHUNK) {
      int64_t at = start * columns + k;
      if (k + CHUNK <= columns) {
        backward_chunk(
            gradient + at, activation + at, mean + k, a + k, b + k, c + k, slope, count, columns, sums + k, CHUNK);
      } else {
        backward_chunk(
            gradient + at, activation + at, mean + k, a + k, b + k, c + k, slope, count, columns, sums + k,
            columns - k);
      }
    }
  }
}

MULTIVERSION
double ck_label_loss(
    float *restrict logits, const int32_t *restrict labels, float weight, int64_t rows, int64_t classes) {
  double loss = 0;
  for (int64_t r = 0; r < rows; r++) {
    float *restrict row = logits + r * classes;
    int32_t label = labels[r];
    if (label < 0) {
      for (int64_t k = 0; k < classes; k++) { row[k] = 0; }
      continue;
    }
    float top = row[0], chosen = row[label];
    for (int64_t k = 1; k < classes; k++) { top = row[k] > top ? row[k] : top; }
    float lanes[LANES] = {0};
    for (int64_t k = 0; k < classes; k++) { row[k] = exp_float(row[k] - top); }
    int64_t k = 0;
    for (; k + LANES <= classes; k += LANES) {
      for (int lane = 0; lane < LANES; lane++) { lanes[lane] += row[k + lane]; }
    }
    for (int lane = 0; k < classes; k++, lane++) { lanes[lane] += row[k]; }
    for (int half = LANES / 2; half > 0; half /= 2) {
      for (int lane = 0; lane < half; lane++) { lanes[lane] += lanes[lane + half]; }
    }
    loss += (double)(log_float(lanes[0]) + (top - chosen));
    float factor = weight / lanes[0];
    for (k = 0; k < classes; k++) { row[k] *= factor; }
    row[label] -= weight;
  }
  return loss;
}
