// Choosing categories so that their counts meet a target.
#ifndef CLAVA_KERNELS_CALIBRATION_H
#define CLAVA_KERNELS_CALIBRATION_H

#include <stdint.h>

/// scores[k][r] = max(log_probabilities[r * row_step][k], floor) + temperature * Gumbel, levels x rows. The Gumbel
/// numbers of a row are those of the counter (first_row + r * row_step, 0, k / 4), lane k % 4.
void ck_gumbel_scores(
    float *scores, const float *log_probabilities, int64_t rows, int64_t levels, int64_t row_step, float floor,
    float temperature, uint64_t key, uint64_t first_row);

/// choices[r] = the lowest k with the greatest scores[k][r] + offsets[k]; counts[k] += how often it was chosen.
void ck_choose(
    int32_t *choices, int64_t *counts, const float *scores, const float *offsets, int64_t rows, int64_t levels);

#endif
