#include "CKernelsDropout.h"
#include "philox.h"

enum { COUNTERS = CK_DROPOUT_PANEL / 4 };

// The random words of one panel of columns of one row.
INLINE void panel_words(uint64_t key, uint64_t row, uint32_t step, uint32_t draw, uint32_t *restrict words) {
  for (uint32_t i = 0; i < COUNTERS; i++) {
    uint32_t a = (uint32_t)row, b = (uint32_t)(row >> 32), c = step, d = draw + i;
    philox_rounds(key, &a, &b, &c, &d);
    words[i] = a;
    words[COUNTERS + i] = b;
    words[2 * COUNTERS + i] = c;
    words[3 * COUNTERS + i] = d;
  }
}

MULTIVERSION
void ck_dropout(
    float *restrict activation, float *restrict derivative, int64_t rows, int64_t columns, uint64_t key,
    uint64_t first_row, uint32_t step, uint32_t first_draw, uint32_t threshold, float scale) {
  uint32_t words[CK_DROPOUT_PANEL];
  for (int64_t r = 0; r < rows; r++) {
    for (int64_t start = 0; start < columns; start += CK_DROPOUT_PANEL) {
      int64_t width = columns - start < CK_DROPOUT_PANEL ? columns - start : CK_DROPOUT_PANEL;
      uint32_t draw = first_draw + (uint32_t)(start / CK_DROPOUT_PANEL) * COUNTERS;
      panel_words(key, first_row + (uint64_t)r, step, draw, words);
      float *restrict values = activation + r * columns + start;
      for (int64_t c = 0; c < width; c++) { values[c] = words[c] < threshold ? 0.0f : values[c] * scale; }
      if (derivative == 0) { continue; }
      float *restrict slopes = derivative + r * columns + start;
      for (int64_t c = 0; c < width; c++) { slopes[c] = words[c] < threshold ? 0.0f : slopes[c]; }
    }
  }
}
