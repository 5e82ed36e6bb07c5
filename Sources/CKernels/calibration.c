#include "multiversion.h"

#include "CKernelsCalibration.h"
#include "CKernelsRandom.h"

enum { ROWS = 256 };

// -ln(-ln u) of a word, u = (w + 1/2) / 2^32.
INLINE float gumbel(uint32_t word) {
  double u = ((double_of_bits(0x4330000000000000ull | word) - 4503599627370496.0) + 0.5) * 0x1p-32;
  return (float)-log_double(-log_double(u));
}

MULTIVERSION
static void add_gumbel(
    float *restrict scores, const uint32_t *restrict words, int64_t rows, float floor, float temperature) {
  for (int64_t r = 0; r < rows; r++) {
    float clipped = scores[r] > floor ? scores[r] : floor;
    scores[r] = clipped + temperature * gumbel(words[r]);
  }
}

void ck_gumbel_scores(
    float *scores, const float *log_probabilities, int64_t rows, int64_t levels, int64_t row_step, float floor,
    float temperature, uint64_t key, uint64_t first_row) {
  uint32_t words[4][ROWS];
  for (int64_t start = 0; start < rows; start += ROWS) {
    int64_t count = rows - start < ROWS ? rows - start : ROWS;
    for (int64_t k = 0; k < levels; k++) {
      if (k % 4 == 0) {
        for (int64_t r = 0; r < count; r++) {
          uint64_t number = first_row + (uint64_t)((start + r) * row_step);
          uint32_t block[4];
          ck_philox(key, (uint32_t)number, (uint32_t)(number >> 32), 0, (uint32_t)(k / 4), block);
          for (int lane = 0; lane < 4; lane++) { words[lane][r] = block[lane]; }
        }
      }
      float *target = scores + k * rows + start;
      for (int64_t r = 0; r < count; r++) { target[r] = log_probabilities[(start + r) * row_step * levels + k]; }
      add_gumbel(target, words[k % 4], count, floor, temperature);
    }
  }
}

MULTIVERSION
void ck_choose(
    int32_t *restrict choices, int64_t *restrict counts, const float *restrict scores, const float *restrict offsets,
    int64_t rows, int64_t levels) {
  for (int64_t start = 0; start < rows; start += ROWS) {
    int64_t count = rows - start < ROWS ? rows - start : ROWS;
    float best[ROWS];
    int32_t choice[ROWS];
    for (int64_t r = 0; r < count; r++) {
      best[r] = scores[start + r] + offsets[0];
      choice[r] = 0;
    }
    for (int64_t k = 1; k < levels; k++) {
      const float *restrict row = scores + k * rows + start;
      float offset = offsets[k];
      for (int64_t r = 0; r < count; r++) {
        float score = row[r] + offset;
        choice[r] = score > best[r] ? (int32_t)k : choice[r];
        best[r] = score > best[r] ? score : best[r];
      }
    }
    for (int64_t r = 0; r < count; r++) {
      choices[start + r] = choice[r];
      counts[choice[r]]++;
    }
  }
}
