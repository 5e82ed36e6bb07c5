// Masks of dropout.
#ifndef CLAVA_KERNELS_DROPOUT_H
#define CLAVA_KERNELS_DROPOUT_H

#include <stdint.h>

/// Columns that share one block of 64 counters.
#define CK_DROPOUT_PANEL 256

/// Multiplies activations that are kept by `scale` and sets the others to zero. `derivative`, where it is not null, is
/// set to zero at the same places and left alone elsewhere.
///
/// Element (r, c) is dropped when its random word is below `threshold`: word (c % 256) / 64 of the counter
/// (first_row + r, step, first_draw + 64 * (c / 256) + c % 64).
void ck_dropout(
    float *activation, float *derivative, int64_t rows, int64_t columns, uint64_t key, uint64_t first_row,
    uint32_t step, uint32_t first_draw, uint32_t threshold, float scale);

#endif
