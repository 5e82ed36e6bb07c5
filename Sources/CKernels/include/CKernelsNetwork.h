// Activations with their biases, embeddings of time and products with sparse rows.
#ifndef CLAVA_KERNELS_NETWORK_H
#define CLAVA_KERNELS_NETWORK_H

#include <stdint.h>

/// h += bias.
void ck_bias_add(float *h, const float *bias, int64_t rows, int64_t columns);

/// activation = SiLU(h + bias); h becomes the derivative of SiLU there, which is all that the backward pass needs.
void ck_bias_silu(float *h, float *activation, const float *bias, int64_t rows, int64_t columns);

/// h = SiLU(h + bias), for inference.
void ck_bias_silu_in_place(float *h, const float *bias, int64_t rows, int64_t columns);

/// h = max(0, h + bias).
void ck_bias_relu(float *h, const float *bias, int64_t rows, int64_t columns);

/// gradient *= derivative; bias_gradient = column sums of the result.
void ck_silu_backward(
    float *gradient, const float *derivative, float *bias_gradient, int64_t rows, int64_t columns);

/// gradient = 0 where the activation is 0; bias_gradient = column sums of the result.
void ck_relu_backward(
    float *gradient, const float *activation, float *bias_gradient, int64_t rows, int64_t columns);

/// sums = column sums of matrix.
void ck_column_sums(const float *matrix, float *sums, int64_t rows, int64_t columns);

/// target += source.
void ck_add(float *target, const float *source, int64_t count);

/// Sinusoidal embedding of times[r]: cosines of times[r] * frequencies[i], then sines; an odd dimension ends in a zero
/// column. Angles are reduced in double precision.
void ck_time_embedding(
    float *out, const double *times, const double *frequencies, int64_t rows, int64_t dimension);

/// h[r] += sum over e of values[r][e] * weights[indices[r][e]]; a negative index is an absent entry.
void ck_sparse_product(
    float *h, const int32_t *indices, const float *values, const float *weights, int64_t rows, int64_t entries,
    int64_t columns);

/// gradient[indices[r][e]] += values[r][e] * h_gradient[r], rows in order.
void ck_sparse_gradient(
    float *gradient, const int32_t *indices, const float *values, const float *h_gradient, int64_t rows,
    int64_t entries, int64_t columns);

#endif
