// Losses and steps of the diffusion in discrete steps, where the network predicts noise.
#ifndef CLAVA_KERNELS_DISCRETE_H
#define CLAVA_KERNELS_DISCRETE_H

#include <stdint.h>

#include "CKernelsDiffusion.h"

/// Squared error of predicted noise in every column of the network, and its gradient. `output` is the prediction and
/// becomes weight times the gradient of the summed losses; loss[r * loss_stride + c] += the loss of network column c in
/// row r.
void ck_noise_loss(
    float *output, double *loss, int64_t loss_stride, const ck_layout *layout, const int32_t *codes,
    const int32_t *row_index, const float *noise, int64_t rows, float weight);

/// The variational bound of a schedule in bits: constants[t] + factors[t] * (error of the predicted noise)^2 for t > 0.
typedef struct {
  const double *factors;
  const double *constants;
  /// At t = 0: the mean's error for one unit of error of the noise, and 1 / the model's standard deviation.
  double error_factor;
  double inverse_deviation;
} ck_bound;

/// The same for the variational bound; times[r] is the step of row r.
void ck_bound_loss(
    float *output, double *column_losses, int64_t loss_stride, const ck_layout *layout, const float *numerics,
    const int32_t *codes, const int32_t *row_index, const float *noise, const double *times, const ck_bound *bound,
    int64_t rows, float weight);

/// x = a x + b e + c g + d z; g and z may be null.
void ck_reverse_step(
    float *x, const float *e, const float *g, const float *z, float a, float b, float c, float d, int64_t count);

/// out = e where the clean value (x - noise e) / signal lies within +-limit, else the e that puts it on the limit.
void ck_limit_clean(
    float *out, const float *x, const float *e, float signal, float noise, float limit, int64_t count);

/// out = a x + b e + c g; g may be null.
void ck_clean_estimate(
    float *out, const float *x, const float *e, const float *g, float a, float b, float c, int64_t count);

#endif
