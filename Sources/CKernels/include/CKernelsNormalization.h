// Batch normalisation behind a leaky rectifier, with dropout and cross-entropy: the kernels of the classifier.
//
// `slope` is the factor of negative values; 0 is the plain rectifier. Sums over rows are formed in single precision
// over 32 rows and in double precision beyond.
#ifndef CLAVA_KERNELS_NORMALIZATION_H
#define CLAVA_KERNELS_NORMALIZATION_H

#include <stdint.h>

/// h = rectified (h + bias).
void ck_bias_leaky(float *h, const float *bias, float slope, int64_t rows, int64_t columns);

/// gradient *= slope where the activation is not positive.
void ck_leaky_backward(float *gradient, const float *activation, float slope, int64_t rows, int64_t columns);

/// h = rectified (h + bias). mean and squares, of `rows_before` rows, become the mean and the sum of the squared
/// deviations with these rows included.
void ck_bias_leaky_moments(
    float *h, const float *bias, float slope, int64_t rows, int64_t columns, int64_t rows_before, double *mean,
    double *squares);

/// kept[r][c] = 1 where 16 random bits are at least `threshold`, else 0. Row r uses the counters
/// (first_row + r, layer, step, i); bits of 16 of them interleave over 128 columns.
void ck_dropout_mask(
    uint8_t *kept, int64_t rows, int64_t columns, uint32_t threshold, uint64_t key, uint32_t first_row, uint32_t step,
    uint32_t layer);

/// out = activation * scale + shift where kept, else 0; `kept` may be null.
void ck_normalise(
    float *out, const float *activation, const uint8_t *kept, const float *scale, const float *shift, int64_t rows,
    int64_t columns);

/// gradient = factor * gradient where kept, else 0; sums += column sums of it, products += column sums of
/// gradient * (activation - mean). `kept` may be null.
void ck_normalise_sums(
    float *gradient, const float *activation, const uint8_t *kept, const float *mean, float factor, int64_t rows,
    int64_t columns, double *sums, double *products);

/// gradient = (a * gradient + b + c * (activation - mean)) * derivative of the rectifier; sums += its column sums.
void ck_normalise_backward(
    float *gradient, const float *activation, const float *mean, const float *a, const float *b, const float *c,
    float slope, int64_t rows, int64_t columns, double *sums);

/// Returns the sum of the cross-entropies of the rows whose label is not negative; logits become
/// weight * (softmax - one-hot) there and 0 in the other rows.
double ck_label_loss(float *logits, const int32_t *labels, float weight, int64_t rows, int64_t classes);

#endif
