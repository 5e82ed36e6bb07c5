// Counter-based random numbers: Philox4x32-10 (Salmon et al., "Parallel random numbers: as easy as 1, 2, 3", 2011).
#ifndef CLAVA_KERNELS_RANDOM_H
#define CLAVA_KERNELS_RANDOM_H

#include <stdint.h>

/// The four output words of one counter (x0, x1, x2, x3) under the key (low word, high word).
void ck_philox(uint64_t key, uint32_t x0, uint32_t x1, uint32_t x2, uint32_t x3, uint32_t words[4]);

/// Four standard normals of one counter by Box-Muller: (w0, w1) and (w2, w3), cosine first, u = (w + 1/2) / 2^32.
void ck_philox_normals(uint64_t key, uint32_t x0, uint32_t x1, uint32_t x2, uint32_t x3, double normals[4]);

/// Standard normals for a block of matrix rows: out[r * stride + c] is lane c % 4 of the counter
/// (first_row + r, step, c / 4).
void ck_fill_normals(
    float *out, int64_t stride, int64_t rows, int64_t columns, uint64_t key, uint64_t first_row, uint32_t step);

/// The same with a row number per row instead of consecutive ones.
void ck_fill_normals_rows(
    float *out, int64_t stride, int64_t rows, int64_t columns, uint64_t key, const uint64_t *row_numbers,
    uint32_t step);

/// A uniform permutation of 0..<count (Fisher-Yates; position i uses half of the counter (i / 2, step, 0)).
void ck_permutation(int32_t *out, int64_t count, uint64_t key, uint32_t step);

#endif
